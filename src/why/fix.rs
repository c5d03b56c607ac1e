use crate::model::Application;
use crate::model::edit::Edit;

/// A change of the application that mends what an explanation is about, as one step to undo.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does: `Start send port Archive`.
    pub title: String,
    pub edit: Edit,
}

/// A fix in the making: each edit is made for the application as those before it leave it.
pub struct Draft {
    pub application: Application,
    titles: Vec<String>,
    edits: Vec<Edit>,
}

impl Draft {
    pub fn new(application: &Application) -> Self {
        Self { application: application.clone(), titles: Vec::new(), edits: Vec::new() }
    }

    /// Adds an edit; `None` when it cannot be applied.
    pub fn add(&mut self, title: impl Into<String>, edit: Edit) -> Option<()> {
        edit.clone().apply(&mut self.application).ok()?;
        self.edits.push(edit);
        let title = title.into();
        if !title.is_empty() && !self.titles.contains(&title) {
            self.titles.push(title);
        }
        Some(())
    }

    pub fn finish(self) -> Option<Fix> {
        if self.edits.is_empty() {
            return None;
        }
        let mut titles = self.titles.into_iter();
        let mut title = titles.next()?;
        for next in titles {
            let mut letters = next.chars();
            let lower = letters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            title = format!("{title} and {lower}{}", letters.as_str());
        }
        let edit = Edit::Batch { label: title.clone(), edits: self.edits };
        Some(Fix { title, edit })
    }
}
