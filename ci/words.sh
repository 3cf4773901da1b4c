#!/bin/bash
# Words that this project does not write, with the words to use instead: `ci/words.sh [PATH...]`, all tracked text by default.
# A match is an error unless the line matches `allowed`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Perl expressions; what to write instead.
banned=(
    '\bbehind\b(?! (a|an|the|its|one) [\w-]* ?(C ABI|ABI|API))' 'after, past the end, end (exclusive)'
    '\b(tells?|told|telling)\b' 'returns, reports, documents, is given'
    '\bsays?\b' 'states, reports, gives'
    '\b(go|goes|going|went) on\b' 'continue, resume'
    '\b(make|makes|made|making)( \w+)? again\b' 'recompute, compute again'
    '\b(look|looks|looked|looking) at\b' 'check, read, inspect'
    '\breckon\w*' 'estimate'
    '\bdear\b' 'expensive'
    '\b(turn|turns|turned|turning) round\b' 'reverse'
    '\bways? (down|up)\b' 'backward pass, forward pass'
    '\b(make|makes|made|making)( \w+)? good\b' 'repair'
    '\b(his|he|him)\b(?!\))' 'its, the caller'"'"'s'
    '\b(of no use|in vain)\b' 'unnecessary, redundant'
    'as far as that can be seen' 'when detectable'
    '\bso many\b' 'the number of'
    '\bthe others\b' 'the name of the things'
    '\bgreatest\b(?! common divisor)' 'largest, maximum'
    '(?<!at )(?<!at the very )\bleast\b(?![ -](squares?|recently|significant|common))' 'minimum, smallest'
    '(?<!at )\bmost (bytes|rows|samples|windows|threads|frames|stages|inputs|edges|memory)\b' 'maximum number of, at most'
    '\b(put|puts|putting|hand|hands|handed|handing) out\b' 'output, return, deliver'
    '\bto the (bit|byte)\b' 'bit for bit, exactly'
    '\bprocessor time\b|\bwhole process\b' 'CPU time, process'
    '\bthere (is|are) (no|not|none)\b' 'has no, does not exist'
    '\b(is|are) there\b' 'exists, is available'
)
# Lines where a banned word is right: quotations, names of others, and this list itself.
allowed='^ci/words\.sh:|^Makefile:[0-9]+:.@grep|^LICENSE|^Cargo\.lock|^proptest-regressions/|proptest-regressions:|^packaging/debian/copyright'

skipped='\.(png|bin|sqs|raw|npy|f32|csv|supp)$|^tests/(data|golden)/'
mapfile -t files < <(git ls-files -co --exclude-standard -- "$@" | grep -vE "$skipped")
[ ${#files[@]} -gt 0 ] || { echo "words: no text in $*"; exit 2; }
found=0
for ((i = 0; i < ${#banned[@]}; i += 2)); do
    if hits=$(printf '%s\n' "${files[@]}" | xargs -d '\n' grep -nHPis -- "${banned[i]}" | grep -vE "$allowed"); then
        echo "== ${banned[i]}  ->  ${banned[i + 1]}"
        echo "$hits" | cut -c1-200
        found=$((found + $(echo "$hits" | wc -l)))
    fi
done
echo "words: $found lines with words not to write"
[ "$found" -eq 0 ]
