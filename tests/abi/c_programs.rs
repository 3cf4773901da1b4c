//! The C tests and examples: compiled with gcc, linked to the static and the shared library, run, and their output
//! compared. The header compiles alone in every language it claims.

use crate::commands::{root, run};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
/// The libraries that `rustc --print native-static-libs` prints.
const STATIC_LIBS: [&str; 6] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];

/// Where the static and the shared library are: those that cargo built for this program, with the name that the loader
/// looks for, as `make install` makes it.
fn libraries() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let built = std::env::current_exe().expect("path").parent().expect("folder").to_path_buf();
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c-programs");
        std::fs::create_dir_all(&made).expect("folder");
        for (name, of) in [("libsqrtspace.a", ".a"), ("libsqrtspace.so", ".so"), ("libsqrtspace.so.0", ".so")] {
            // Tests may run in a process each: a link is made aside and put in place at once.
            let link = made.join(format!("{name}.{}", std::process::id()));
            std::os::unix::fs::symlink(built.join(format!("libsqrtspace{of}")), &link).expect("link");
            std::fs::rename(&link, made.join(name)).expect("rename");
        }
        made
    })
}

/// Runs `each` over `items` in as many threads as there are processors.
fn in_parallel<T: Sync>(items: &[T], each: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(item);
                }
            });
        }
    });
}

fn c_compiler(cpp: bool) -> Command {
    let host = std::env::consts::ARCH.to_string() + "-unknown-linux-gnu";
    let mut build = cc::Build::new();
    build.cpp(cpp).target(&host).host(&host).opt_level(1).cargo_metadata(false);
    let mut command = build.get_compiler().to_command();
    command.args(WARNINGS).arg("-I").arg(root().join("include"));
    command
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).expect(folder);
    let mut files: Vec<_> = entries.map(|e| e.expect("entry").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "c"));
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Builds a program both ways and gives its output of each.
fn build_and_run(source: &Path) -> [String; 2] {
    let libs = libraries();
    let stem = source.file_stem().expect("name").to_string_lossy().into_owned();
    ["static", "shared"].map(|kind| {
        let program = libs.join(format!("{stem}-{kind}"));
        let mut cc = c_compiler(false);
        cc.args(["-std=c99", "-ffp-contract=off"]).arg(source).arg("-o").arg(&program);
        if kind == "static" {
            // Debug information of the library, to be copied, is most of what the linker has to do.
            cc.arg("-Wl,--strip-debug").arg(libs.join("libsqrtspace.a")).args(STATIC_LIBS);
        } else {
            // For test_dlopen, which refers to nothing in it and loads it itself.
            cc.args(["-DSQS_LIBRARY=\"libsqrtspace.so.0\"", "-Wl,--as-needed"]);
            cc.arg("-L").arg(libs).arg("-lsqrtspace").arg(format!("-Wl,-rpath,{}", libs.display()));
            // What programs call themselves.
            cc.arg("-lm");
        }
        run(&mut cc);
        run(&mut Command::new(&program))
    })
}

#[test]
fn c_tests_pass() {
    in_parallel(&sources("ctests"), |source| drop(build_and_run(source)));
}

/// Functions with pointers that cannot overlap anything else: they have one argument that they follow, and no memory.
const ALONE: [&str; 9] = [
    "sqs_config_init",
    "sqs_config_host_defaults",
    "sqs_encode_options_init",
    "sqs_decode_options_init",
    // The handle alone, or a context that is not followed.
    "sqs_pipeline_delete",
    "sqs_codec_job_delete",
    "sqs_codec_job_wait",
    "sqs_codec_job_cancel",
    "sqs_panic_hook",
];

/// Names of the pointers of a declaration, without the handle, contexts and callbacks.
fn pointers(declaration: &str) -> Vec<String> {
    let inner = declaration.split_once('(').expect("parameters").1.trim_end_matches(");");
    let names = inner.split(',').filter(|p| p.contains('*'));
    let names = names.filter_map(|p| p.rsplit(['*', ' ']).next()).filter(|n| *n != "ctx");
    let handles = ["sqs_pipeline *", "sqs_encoder *", "sqs_decoder *", "sqs_ccsds121 *", "sqs_codec_job *"];
    let first = inner.split(',').next().unwrap_or("").trim_start_matches("const ");
    let skip = usize::from(handles.iter().any(|h| first.starts_with(h) && !first.contains("**")));
    names.skip(skip).map(String::from).collect()
}

/// The test of overlapping memory has a row for each function of the header, with each of its pointers.
#[test]
fn each_pointer_is_tested_against_other_memory() {
    let header = std::fs::read_to_string(root().join("include/sqrtspace.h")).expect("header").replace(",\n", ",");
    let table = std::fs::read_to_string(root().join("ctests/aliasing.h")).expect("test");
    let mut compared = 0;
    for line in header.lines().filter(|l| l.ends_with(");") && l.contains(" *")) {
        let words = line.split('(').next().unwrap_or("").trim_start_matches("const ");
        let Some((_, name)) = words.rsplit_once([' ', '*']).filter(|(_, n)| n.starts_with("sqs_")) else { continue };
        let pointers = pointers(line);
        if pointers.is_empty() || ALONE.contains(&name) {
            continue;
        }
        let row = table.lines().find(|l| l.contains(&format!("{{\"{name}\", "))).unwrap_or_else(|| panic!("{name}"));
        let listed = row.split('"').nth(3).expect("pointers");
        let listed: Vec<_> = listed.split(' ').map(|p| p.trim_start_matches(['<', '>', '#'])).collect();
        assert_eq!(listed, pointers, "{name}");
        compared += 1;
    }
    assert!(compared >= 56, "{compared}");
}

/// The program of targets/checks, with golden numbers of tests/golden; none without python3.
fn checks_program() -> Option<PathBuf> {
    let folder = root().join("targets/checks");
    let made = libraries().join("checks");
    std::fs::create_dir_all(&made).expect("folder");
    let golden = Command::new("python3").arg(folder.join("golden.py")).arg(root().join("tests/golden")).output();
    let Ok(golden) = golden else {
        println!("skipped: golden.py needs python3");
        return None;
    };
    assert!(golden.status.success(), "{}", String::from_utf8_lossy(&golden.stderr));
    std::fs::write(made.join("golden.h"), golden.stdout).expect("golden.h");
    let mut cc = c_compiler(false);
    cc.args([
        "-std=gnu99",
        "-ffp-contract=off",
        "-Wno-pedantic",
        "-Wno-conversion",
        "-Wno-unused-const-variable",
        "-I",
    ]);
    let program = made.join("checks");
    cc.arg(&made).arg("-o").arg(&program);
    let of_bench = |f: &PathBuf| f.file_name().is_some_and(|n| n.to_string_lossy().starts_with("bench"));
    cc.args(sources("targets/checks").iter().filter(|f| !of_bench(f)));
    cc.arg("-Wl,--strip-debug").arg(libraries().join("libsqrtspace.a")).args(STATIC_LIBS);
    run(&mut cc);
    Some(program)
}

/// What rows of built-in stages are: `SQS_UPDATE_GOLDEN=1` writes it anew.
fn golden_features() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let path = root().join("tests/golden/features_flight.txt");
        if std::env::var_os("SQS_UPDATE_GOLDEN").is_some() {
            let program = checks_program().expect("python3");
            std::fs::write(&path, run(Command::new(program).arg("features"))).expect("write");
        }
        std::fs::read_to_string(path).expect("golden")
    })
}

/// The checks that flight targets run: golden bytes and numbers, tables, damage.
#[test]
fn checks_of_flight_targets_pass_here() {
    golden_features();
    let Some(program) = checks_program() else { return };
    let output = run(&mut Command::new(program));
    assert_eq!(output.lines().filter(|l| l.starts_with("ok ")).count(), 9, "{output}");
}

/// Flight targets compare rows of every kind there is: the checks hold each line of the file against what they run.
#[test]
fn every_kind_has_golden_numbers_for_flight_targets() {
    let header = std::fs::read_to_string(root().join("include/sqrtspace.h")).expect("header");
    let kinds = header.lines().filter_map(|l| l.strip_prefix("const sqs_kind *sqs_kind_")?.strip_suffix("(void);"));
    let cases: Vec<_> = golden_features().lines().filter_map(|l| l.split(' ').next()).collect();
    let (with, without): (Vec<_>, Vec<_>) = kinds.partition(|k| cases.contains(k));
    assert!(without.is_empty(), "no case in targets/checks/feature_cases.c: {without:?}");
    assert!(with.len() >= 32, "{with:?}");
}

#[test]
fn examples_print_what_they_should() {
    in_parallel(&sources("c-examples"), |source| {
        let name = source.file_stem().expect("name").to_string_lossy().into_owned();
        let lines = std::fs::read_to_string(source).expect("source").lines().count();
        assert!(lines < 120, "{name} has {lines} lines");
        let expected = std::fs::read_to_string(root().join(format!("c-examples/expected/{name}.txt"))).expect(&name);
        for output in build_and_run(source) {
            assert_eq!(output, expected, "{name}");
        }
    });
}

#[test]
fn the_header_compiles_alone() {
    let header = root().join("include/sqrtspace.h");
    let c = ["c89", "c99", "c11", "c17"].map(|standard| (false, standard));
    let cpp = ["c++98", "c++11", "c++14", "c++17", "c++20"].map(|standard| (true, standard));
    for (cpp, standard) in c.into_iter().chain(cpp) {
        let mut cc = c_compiler(cpp);
        cc.args(["-fsyntax-only", &format!("-std={standard}"), "-x", if cpp { "c++" } else { "c" }, "-include"]);
        run(cc.arg(&header).arg("/dev/null"));
    }
}

/// The example of the manual, with declarations around it.
#[test]
fn the_example_of_the_manual_runs() {
    let manual = std::fs::read_to_string(root().join("include/sqrtspace.h")).expect("header");
    let example = manual.split(" * @code{.c}\n").nth(1).and_then(|t| t.split(" * @endcode").next()).expect("example");
    let lines: Vec<_> = example.lines().map(|l| l.trim_start_matches(" *").trim_start_matches(' ')).collect();
    let code = lines.join("\n");
    let (stage, body) = code.split_once("sqs_config config;").expect("body");
    let text = format!(
        "#include \"sqrtspace.h\"\n{stage}\nstatic float samples[100000], rows[1000];\nint main(void)\n{{\n    \
         sqs_config config;{body}    return written == 780 ? 0 : 1;\n}}\n"
    );
    let source = libraries().join("manual_example.c");
    std::fs::write(&source, text).expect("write");
    build_and_run(&source);
}
