#!/bin/bash
# The installed command line: command.sh PREFIX. Runs it, and checks its manual pages and completions with the tools that
# are installed (man, zsh, fish; bash always).
set -euo pipefail
prefix=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
sqrtspace=$prefix/bin/sqrtspace
fail() { echo "command.sh: $*" >&2; exit 1; }
installed() { command -v "$1" > /dev/null; }

[ "$("$sqrtspace" --version)" = "sqrtspace $version" ] || fail "--version is not sqrtspace $version"
"$sqrtspace" demo audio --seconds 2 | grep -q Hz || fail "demo audio found no tone"
usage=$("$sqrtspace" demo audio --nonsense 2>&1) && fail "--nonsense is accepted"
grep -q '^Usage: sqrtspace demo audio' <<< "$usage" || fail "usage: $usage"

# check_pages COMMAND...: the page of a command and of each of its subcommands.
check_pages() {
    local page name messages
    page=$prefix/share/man/man1/sqrtspace$(printf -- '-%s' "$@").1
    [ $# -gt 0 ] || page=$prefix/share/man/man1/sqrtspace.1
    [ -f "$page" ] || page=$page.gz
    [ -f "$page" ] || fail "no page of sqrtspace $*"
    pages=$((pages + 1))
    if installed man; then
        messages=$(LC_ALL=C man --warnings -l "$page" 2>&1 > /dev/null)
        [ -z "$messages" ] || fail "$page: $messages"
    fi
    for name in $("$sqrtspace" "$@" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
        check_pages "$@" "$name"
    done
}
pages=0
check_pages
[ "$pages" -eq "$(find "$prefix/share/man/man1" -name 'sqrtspace*' | wc -l)" ] || fail "there are pages of no command"

# What bash offers for `sqrtspace WORD...<TAB>`.
completions=$prefix/share/bash-completion/completions/sqrtspace
complete_bash() {
    bash -c 'source "$1"; shift; COMP_WORDS=(sqrtspace "$@") COMP_CWORD=$#; '\
'previous=${COMP_WORDS[COMP_CWORD - 1]}; _sqrtspace sqrtspace "${!#}" "$previous"; echo "${COMPREPLY[*]}"' _ "$completions" "$@"
}
[ "$(complete_bash de | xargs -n 1 | sort | xargs)" = "decode demo" ] || fail "bash completes de: $(complete_bash de)"
[ "$(complete_bash demo audio --memory-b)" = --memory-budget ] || fail "bash completes --memory-b"
[ "$(complete_bash demo audio --mode s)" = sqrt ] || fail "bash completes --mode s"
if installed zsh; then zsh -n "$prefix"/share/zsh/*/_sqrtspace; fi
if installed fish; then
    found=$(fish --no-config -c "source $prefix/share/fish/vendor_completions.d/sqrtspace.fish; complete -C 'sqrtspace de'")
    [ "$(cut -f 1 <<< "$found" | sort | xargs)" = "decode demo" ] || fail "fish completes de: $found"
fi
echo "command.sh: sqrtspace $version, $pages manual pages, completions"
