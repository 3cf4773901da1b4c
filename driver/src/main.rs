//! The program: `driver` in the build folder, `sqrtspace` where it is installed.

fn main() -> std::process::ExitCode {
    driver::main()
}
