//! What a setting is: one value of type [`Setting`] per flag and variable. The tables of
//! settings live in [`super::settings`]; reading, `--help` and the documentation all follow
//! from them, so that nothing can be said in one place and forgotten in another.

/// Where on the command line a flag may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the command: `howdah --database-url … serve`.
    Global,
    /// After `serve` (and `dev`).
    Serve,
}

/// Which edition of the system we succeed had the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Community Edition.
    Community,
    /// Enterprise Edition.
    Enterprise,
    /// Ours alone.
    Howdah,
}

impl Edition {
    /// The short name used in the documentation.
    pub fn label(self) -> &'static str {
        match self {
            Edition::Community => "CE",
            Edition::Enterprise => "EE",
            Edition::Howdah => "howdah",
        }
    }
}

/// What giving a setting leads to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does what it says.
    Active,
    /// Accepted and checked; the feature behind it is not served yet, which the start says.
    Later,
    /// Accepted and without effect on purpose; the text says why.
    Ignored(&'static str),
}

impl Status {
    /// The short name used in the documentation.
    pub fn label(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Later => "accepted, not active yet",
            Status::Ignored(_) => "accepted, ignored",
        }
    }
}

/// Everything about a setting but the type of its value.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The long flag without dashes; empty if there is only a variable.
    pub flag: &'static str,
    /// The short flag.
    pub short: Option<char>,
    /// Environment variables, the first one that is set decides.
    pub variables: &'static [&'static str],
    /// What the flag stands for when it is given without a value; `None` if it needs one.
    pub switch: Option<&'static str>,
    /// How the value is called in `--help`.
    pub value_name: &'static str,
    /// The text that is parsed when nothing is given.
    pub default: Option<&'static str>,
    /// How an absent default is described.
    pub default_note: Option<&'static str>,
    /// Where the flag stands.
    pub place: Place,
    /// Whose setting it is.
    pub edition: Edition,
    /// What it leads to.
    pub status: Status,
    /// What it means, for people.
    pub meaning: &'static str,
    /// Whether its value must not be printed.
    pub secret: bool,
}

impl About {
    /// The name used in messages: the flag, or the variable if there is no flag.
    pub fn name(&self) -> String {
        match (self.flag, self.variables.first()) {
            ("", Some(variable)) => (*variable).to_owned(),
            (flag, Some(variable)) => format!("--{flag} ({variable})"),
            (flag, None) => format!("--{flag}"),
        }
    }
}

/// How the text of a value is read; the error is the reason without the setting's name.
pub type Parse<T> = fn(&str) -> Result<T, String>;

/// A flag and its variables, with the type of the value.
#[derive(Debug)]
pub struct Setting<T: 'static> {
    about: About,
    parse: Parse<T>,
}

impl<T> Setting<T> {
    /// A setting of `serve` with neither flag nor variable yet.
    pub const fn new(parse: Parse<T>, value_name: &'static str) -> Self {
        Setting {
            about: About {
                flag: "",
                short: None,
                variables: &[],
                switch: None,
                value_name,
                default: None,
                default_note: None,
                place: Place::Serve,
                edition: Edition::Community,
                status: Status::Active,
                meaning: "",
                secret: false,
            },
            parse,
        }
    }

    /// Sets the long flag.
    pub const fn flag(mut self, flag: &'static str) -> Self {
        self.about.flag = flag;
        self
    }

    /// Sets the short flag.
    pub const fn short(mut self, short: char) -> Self {
        self.about.short = Some(short);
        self
    }

    /// Sets the variables; earlier names win over later ones.
    pub const fn variables(mut self, variables: &'static [&'static str]) -> Self {
        self.about.variables = variables;
        self
    }

    /// The flag takes no value and stands for this text.
    pub const fn switch(mut self, text: &'static str) -> Self {
        self.about.switch = Some(text);
        self
    }

    /// Sets the text parsed when nothing is given.
    pub const fn default(mut self, text: &'static str) -> Self {
        self.about.default = Some(text);
        self
    }

    /// Describes what happens when nothing is given and there is no default text.
    pub const fn without(mut self, note: &'static str) -> Self {
        self.about.default_note = Some(note);
        self
    }

    /// The flag stands before the command.
    pub const fn global(mut self) -> Self {
        self.about.place = Place::Global;
        self
    }

    /// Sets the edition.
    pub const fn edition(mut self, edition: Edition) -> Self {
        self.about.edition = edition;
        self
    }

    /// Sets the status.
    pub const fn status(mut self, status: Status) -> Self {
        self.about.status = status;
        self
    }

    /// The value must not be printed.
    pub const fn secret(mut self) -> Self {
        self.about.secret = true;
        self
    }

    /// Sets the text for people.
    pub const fn meaning(mut self, meaning: &'static str) -> Self {
        self.about.meaning = meaning;
        self
    }

    /// Reads a text.
    pub(super) fn parse(&self, text: &str) -> Result<T, String> {
        (self.parse)(text)
    }
}

/// A setting whose value's type does not matter: an entry of the tables.
pub trait AnySetting: Sync {
    /// Its description.
    fn about(&self) -> &About;

    /// Whether a text is a value of it.
    fn check(&self, text: &str) -> Result<(), String>;
}

impl<T: Send + Sync> AnySetting for Setting<T> {
    fn about(&self) -> &About {
        &self.about
    }

    fn check(&self, text: &str) -> Result<(), String> {
        self.parse(text).map(drop)
    }
}
