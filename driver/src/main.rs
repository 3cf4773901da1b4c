//! The program: `driver` in the build folder, `sqrtspace` when installed.

fn main() -> std::process::ExitCode {
    driver::main()
}
