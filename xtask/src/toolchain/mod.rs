//! The compilers for targets without an operating system, and where they
//! come from. Each build gets a target folder and an environment of its own,
//! so that neither disturbs the builds for this machine.
//!
//! Two sources can serve: `rustup`, and Debian's `rustc-web` for machines
//! whose rustup cannot fetch anything. <https://doc.rust-lang.org/cargo/reference/unstable.html#build-std>

mod debian;
mod rustup;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::workspace::{self, Workspace};

/// Where a compiler comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The toolchain that builds for this machine, extended by rustup.
    Rustup,
    /// Debian's packages, whose standard library is built from source.
    Debian,
}

impl Source {
    /// The source that the environment asks for, if it does.
    pub(crate) fn from_environment() -> Result<Option<Self>> {
        env::var("TOUCHMARK_TOOLCHAIN").map_or(Ok(None), |name| Self::named(&name).map(Some))
    }

    pub(crate) fn named(name: &str) -> Result<Self> {
        match name {
            "rustup" => Ok(Self::Rustup),
            "debian" => Ok(Self::Debian),
            _ => Err(Failure::usage(format!(
                "there is no toolchain `{name}`, only `rustup` and `debian`"
            ))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        }
    }
}

/// What a build takes for its standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// `core` and `alloc`; there is no `std` to be had.
    CoreAlloc,
    /// `std` as toolchains ship it, where a panic says why and ends the program.
    Shipped,
    /// `std` made small, where a panic ends the program without a word. No
    /// source ships this one compiled.
    Trapping,
    /// `std` made small, where a panic unwinds. No source ships this one
    /// compiled.
    Unwinding,
}

impl Library {
    fn name(self) -> &'static str {
        match self {
            Self::CoreAlloc => "core",
            Self::Shipped => "std",
            Self::Trapping => "trap",
            Self::Unwinding => "unwind",
        }
    }

    fn crates(self) -> &'static str {
        match self {
            Self::CoreAlloc => "core,alloc",
            Self::Shipped | Self::Trapping => "std,panic_abort",
            Self::Unwinding => "std,panic_unwind",
        }
    }

    /// Whether it has to be built from source whatever the toolchain.
    fn is_never_shipped(self) -> bool {
        matches!(self, Self::Trapping | Self::Unwinding)
    }

    /// The compiler flags that it needs.
    fn flags(self) -> &'static str {
        match self {
            Self::CoreAlloc | Self::Shipped => "",
            // Neither the place of a panic nor what `Debug` would print is
            // ever shown.
            Self::Trapping => {
                "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none"
            }
            Self::Unwinding => "-Cpanic=unwind",
        }
    }
}

/// One package to be built for one target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build {
    pub(crate) package: &'static str,
    pub(crate) features: &'static str,
    pub(crate) target: &'static str,
    pub(crate) library: Library,
    pub(crate) profile: &'static str,
    /// Compiler flags, apart from those that the library needs.
    pub(crate) flags: &'static str,
}

/// A compiler that is ready for one kind of build.
#[derive(Debug)]
pub(crate) struct Toolchain {
    source: Source,
    cargo: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
    /// Whether the standard library has to be built from source.
    from_source: bool,
}

impl Toolchain {
    /// Finds a compiler for a build, and installs what it lacks.
    pub(crate) fn find(
        workspace: &Workspace,
        wanted: Option<Source>,
        build: &Build,
    ) -> Result<Self> {
        match wanted {
            Some(Source::Rustup) => rustup::prepare(workspace, build),
            Some(Source::Debian) => debian::prepare(workspace, build),
            None => rustup::prepare(workspace, build).or_else(|failure| {
                println!("rustup cannot serve {}: {failure}", build.target);
                println!("trying Debian's compiler instead");
                debian::prepare(workspace, build)
            }),
        }
    }

    /// Builds the package and returns cargo's folder of finished files.
    pub(crate) fn build(&self, workspace: &Workspace, build: &Build) -> Result<PathBuf> {
        workspace::run(&mut self.command(workspace, build))?;
        let finished = self.folder(workspace, build).join(build.target);
        Ok(finished.join(build.profile))
    }

    /// The command that builds the package.
    pub(crate) fn command(&self, workspace: &Workspace, build: &Build) -> Command {
        let flags = format!("{} {}", build.library.flags(), build.flags);
        let mut command = workspace.command(&self.cargo);
        command
            .args(["build", "--package", build.package])
            .args(["--no-default-features", "--features", build.features])
            .args(["--target", build.target, "--profile", build.profile])
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", flags.trim())
            .env("CARGO_TARGET_DIR", self.folder(workspace, build));
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        if self.source == Source::Debian {
            // Set by the cargo that started this task, for its own compiler.
            command.env_remove("RUSTUP_TOOLCHAIN");
            command.env_remove("LD_LIBRARY_PATH");
        }
        if self.from_source {
            let crates = format!("build-std={}", build.library.crates());
            command.args(["-Z", &crates]).env("RUSTC_BOOTSTRAP", "1");
            if build.library.is_never_shipped() {
                command.args(["-Z", "build-std-features=optimize_for_size"]);
            }
        }
        command
    }

    /// Builds that differ in compiler, library or flags would evict each
    /// other's standard library from a shared folder.
    fn folder(&self, workspace: &Workspace, build: &Build) -> PathBuf {
        let (source, library) = (self.source.name(), build.library.name());
        let flavour = if build.flags.is_empty() { "" } else { "-flags" };
        workspace.target(&format!("cross/{source}-{library}{flavour}"))
    }
}
