//! Writes the manual pages and the shell completions of the installed program: `manual DIR DATE` fills `DIR/share`.

use clap::Command;
use clap_complete::{Shell, generate};
use std::fs::{File, create_dir_all};
use std::io::Result;
use std::path::Path;

const NAME: &str = "sqrtspace";

/// The page of a command and those of its subcommands: sqrtspace.1, sqrtspace-demo.1, sqrtspace-demo-audio.1.
fn pages(command: &Command, date: &str, dir: &Path) -> Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    let name = page.get_filename();
    let title = name.trim_end_matches(".1").to_uppercase();
    let source = format!("{NAME} {}", env!("CARGO_PKG_VERSION"));
    let page = page.title(title).date(date).source(source).manual("sqrtspace Manual");
    page.render(&mut File::create(dir.join(name))?)?;
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).try_for_each(|sub| pages(sub, date, dir))
}

fn main() -> Result<()> {
    let [dir, date] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("usage: manual DIR DATE");
    let share = Path::new(&dir).join("share");
    let mut command = driver::command(NAME);
    for (shell, file) in [
        (Shell::Bash, "bash-completion/completions/sqrtspace"),
        (Shell::Zsh, "zsh/site-functions/_sqrtspace"),
        (Shell::Fish, "fish/vendor_completions.d/sqrtspace.fish"),
    ] {
        let file = share.join(file);
        create_dir_all(file.parent().expect("a file in a folder"))?;
        generate(shell, &mut command.clone(), NAME, &mut File::create(file)?);
    }
    command.build();
    let man = share.join("man/man1");
    create_dir_all(&man)?;
    pages(&command, &date, &man)
}
