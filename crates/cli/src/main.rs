//! The program.

mod demo;

fn main() -> std::process::ExitCode {
    use clap::Parser as _;
    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        demo: demo::DemoArgs,
    }
    let result = demo::run(&Cli::parse().demo, &mut anstream::stdout());
    match result {
        Ok(demo::DemoEnding::Good) => 0.into(),
        Ok(demo::DemoEnding::Wrong) => 1.into(),
        Ok(demo::DemoEnding::Stopped(code)) => code.into(),
        Err(_) => 1.into(),
    }
}
