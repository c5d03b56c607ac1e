//! What each command is called, says and is pressed by.

use super::{Command, Format, Page};
use egui::{Key, KeyboardShortcut, Modifiers};

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn alt(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::ALT, key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

impl Command {
    /// Text, tooltip and shortcut.
    pub fn about(self) -> (&'static str, &'static str, Option<KeyboardShortcut>) {
        match self {
            Self::New => ("New application", "Starts an empty application", ctrl(Key::N)),
            Self::Open => ("Open…", "Opens an application folder", ctrl(Key::O)),
            Self::OpenPath => {
                ("Open path…", "Opens an application folder by typing where it is", ctrl_shift(Key::O))
            }
            Self::OpenSample => {
                ("Open the sample", "Opens the application that came with the studio, as it was", None)
            }
            Self::Save => ("Save", "Saves the application to its folder", ctrl(Key::S)),
            Self::SaveAs => ("Save as…", "Saves the application to another folder", ctrl_shift(Key::S)),
            Self::Undo => ("Undo", "Takes the last change back", ctrl(Key::Z)),
            Self::Redo => ("Redo", "Does the last undone change again", ctrl(Key::Y)),
            Self::Cut => ("Cut", "Moves the selected shapes to the clipboard", ctrl(Key::X)),
            Self::Copy => ("Copy", "Copies the selected shapes to the clipboard", ctrl(Key::C)),
            Self::Paste => {
                ("Paste", "Inserts the shapes of the clipboard after the selected one", ctrl(Key::V))
            }
            Self::PasteDeclared => (
                "Paste with declarations",
                "Inserts the shapes of the clipboard and declares the messages, ports, variables and sets they lack here",
                ctrl_shift(Key::V),
            ),
            Self::Duplicate => ("Duplicate", "Inserts a copy after what is selected", ctrl(Key::D)),
            Self::Delete => ("Delete", "Deletes what is selected", plain(Key::Delete)),
            Self::Rename => ("Rename", "Renames what is selected", plain(Key::F2)),
            Self::Definition => {
                ("Go to declaration", "Shows where the name under the caret is declared", plain(Key::F12))
            }
            Self::FindUses => (
                "Find uses",
                "Lists every place that uses the name under the caret, or what is selected",
                Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F12)),
            ),
            Self::Complete => ("Complete", "Offers what can stand at the caret of a text", ctrl(Key::Space)),
            Self::OpenText => (
                "Open text in a tab",
                "Shows the text of the shape with all the room there is, and back",
                ctrl_shift(Key::Enter),
            ),
            Self::InsertBefore => {
                ("Insert before…", "Chooses a shape to insert before the selected one", plain(Key::B))
            }
            Self::InsertAfter => {
                ("Insert after…", "Chooses a shape to insert after the selected one", plain(Key::A))
            }
            Self::InsertInto => (
                "Insert into…",
                "Chooses a shape to insert at the end of the selected container or branch",
                plain(Key::I),
            ),
            Self::AddBranch => (
                "Add branch",
                "Adds a branch to a Decide, Listen or Parallel Actions, or a catch block to a Scope",
                None,
            ),
            Self::Wrap => (
                "Wrap in…",
                "Puts the selected shapes into a new Scope, Group, Loop, Decide, Parallel Actions or Listen",
                plain(Key::W),
            ),
            Self::Unwrap => (
                "Unwrap",
                "Puts what the selected container holds in its place",
                Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::W)),
            ),
            Self::Convert => (
                "Convert to…",
                "Makes the selected shape one of another kind, with all that fits",
                plain(Key::C),
            ),
            Self::MoveUp => (
                "Move up",
                "Moves the selected shapes before the one above, or out of the container at its start",
                alt(Key::ArrowUp),
            ),
            Self::MoveDown => (
                "Move down",
                "Moves the selected shapes after the one below, or out of the container at its end",
                alt(Key::ArrowDown),
            ),
            Self::FlipPort => {
                ("Move port to the other side", "Puts the selected port on the other port surface", None)
            }
            Self::MoveLeft => (
                "Move to the left branch",
                "Moves the selected shapes, or the selected branch, to the left",
                alt(Key::ArrowLeft),
            ),
            Self::MoveRight => (
                "Move to the right branch",
                "Moves the selected shapes, or the selected branch, to the right",
                alt(Key::ArrowRight),
            ),
            Self::SelectAll => ("Select all", "Selects every shape of the orchestration", ctrl(Key::A)),
            Self::SelectSiblings => {
                ("Select siblings", "Selects every shape or branch beside the selected one", plain(Key::S))
            }
            Self::Properties => {
                ("Edit properties", "Puts the keyboard into the properties panel", alt(Key::Enter))
            }
            Self::Inward => {
                ("Zoom into container", "Shows only what is inside the selected container", ctrl(Key::Enter))
            }
            Self::Outward => {
                ("Zoom out of container", "Shows what is around the container again", ctrl(Key::Backspace))
            }
            Self::NewPort => ("New port", "Adds a port to the orchestration", None),
            Self::NewMessage => ("New message", "Adds a message to the orchestration", None),
            Self::NewVariable => ("New variable", "Adds a variable to the orchestration", None),
            Self::NewParameter => (
                "New parameter",
                "Adds what another orchestration gives when it calls or starts this one",
                None,
            ),
            Self::DeleteOrchestration => {
                ("Delete orchestration", "Takes the orchestration that is shown out of the application", None)
            }
            Self::NewCorrelationType => ("New correlation type", "Adds a correlation type", None),
            Self::NewCorrelationSet => {
                ("New correlation set", "Adds a correlation set to the orchestration", None)
            }
            Self::NewPortType => ("New port type", "Adds a port type with one operation", None),
            Self::NewMultipartType => ("New multi-part message type", "Adds a multi-part message type", None),
            Self::NewOrchestration => ("New orchestration", "Adds an orchestration to the application", None),
            Self::Fit => ("Fit to window", "Shows the whole orchestration", ctrl(Key::Num0)),
            Self::ZoomIn => ("Zoom in", "Makes the orchestration larger", ctrl(Key::Plus)),
            Self::ZoomOut => ("Zoom out", "Makes the orchestration smaller", ctrl(Key::Minus)),
            Self::CollapseAll => ("Collapse all", "Closes every container", None),
            Self::ExpandAll => ("Expand all", "Opens every container", None),
            Self::Design => ("Design", "Draws and binds", ctrl(Key::Num1)),
            Self::Run => ("Run", "Runs and inspects", ctrl(Key::Num2)),
            Self::PlayPause => ("Play or pause", "Lets virtual time pass, or stops it", plain(Key::F5)),
            Self::StepTurn => {
                ("Step one turn", "Runs one instance up to its next wait, then pauses", plain(Key::F10))
            }
            Self::StepMoment => (
                "Step to the next moment",
                "Runs everything of the next moment at which something happens, then pauses",
                plain(Key::F11),
            ),
            Self::Restart => {
                ("Restart", "Begins a new run; the one shown stays in the list of runs", ctrl_shift(Key::F5))
            }
            Self::StepBack => (
                "Step back",
                "Shows everything as it was one event, shape or message earlier",
                plain(Key::ArrowLeft),
            ),
            Self::StepForward => (
                "Step forward",
                "Shows everything as it was one event, shape or message later, up to now",
                plain(Key::ArrowRight),
            ),
            Self::ByEvent => ("Step by event", "Steps back and forward go from event to event", None),
            Self::ByShape => {
                ("Step by shape", "Steps back and forward go from shape to shape of the instance", None)
            }
            Self::ByMessage => {
                ("Step by message", "Steps back and forward go from one published message to another", None)
            }
            Self::PreviousProblem => (
                "Previous problem",
                "Goes to the problem before; in a run, back to what went wrong before the moment shown",
                Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F8)),
            ),
            Self::NextProblem => (
                "Next problem",
                "Goes to the next problem; in a run, to what went wrong after the moment shown",
                plain(Key::F8),
            ),
            Self::BackToNow => ("Back to now", "Shows the present again", plain(Key::End)),
            Self::Why => ("Why", "Explains the event and the instance shown", plain(Key::F7)),
            Self::ToggleBreakpoint => (
                "Toggle breakpoint",
                "New instances stop before the selected shape, or no longer do",
                plain(Key::F9),
            ),
            Self::Continue => (
                "Continue all",
                "Lets every instance go on that a breakpoint holds, and plays on",
                Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F9)),
            ),
            Self::FailureStops => (
                "Stop at routing failures",
                "The run stops when a message reaches nobody, or no longer does",
                None,
            ),
            Self::ExceptionStops => {
                ("Stop at exceptions", "The run stops when an exception is thrown, or no longer does", None)
            }
            Self::Breakpoints => {
                ("Breakpoints", "Lists what instances and runs stop at, with conditions", ctrl_shift(Key::F9))
            }
            Self::RunTo => {
                ("Run to here", "Runs until an instance comes to the selected shape", ctrl(Key::F10))
            }
            Self::LastChange => (
                "Where it last changed",
                "Goes to the moment at which the picked variable got its value",
                Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F7)),
            ),
            Self::Origin => (
                "Where it comes from",
                "Lists the shapes and messages that the picked variable came from",
                ctrl(Key::F7),
            ),
            Self::SetVariable => (
                "Set variable…",
                "Puts another value into the picked variable, as a recorded act of a person",
                None,
            ),
            Self::Runs => ("Runs", "Lists every run and fork, two of them side by side", ctrl_shift(Key::R)),
            Self::CompareRuns => (
                "Compare runs",
                "Shows the run beside the one it was forked from, with the first difference",
                None,
            ),
            Self::ForkHere => (
                "Fork: go on from here",
                "Another run that ends at the moment shown, to be gone on with by hand",
                ctrl(Key::F8),
            ),
            Self::ForkDelay => {
                ("Fork: message later…", "Another run in which the message of the moment comes later", None)
            }
            Self::ForkDrop => {
                ("Fork: message lost", "Another run in which the message of the moment never comes", None)
            }
            Self::ForkDuplicate => {
                ("Fork: message twice", "Another run in which the message of the moment comes twice", None)
            }
            Self::ForkCorrupt => {
                ("Fork: message cut in half", "Another run in which half of the message is missing", None)
            }
            Self::ForkChange => {
                ("Fork: message changed…", "Another run in which the message has another text", None)
            }
            Self::ForkFail => {
                ("Fork: port fails…", "Another run in which sending to an address fails from here on", None)
            }
            Self::TimeIn => ("Zoom time in", "Shows less time, more closely", alt(Key::Plus)),
            Self::TimeOut => ("Zoom time out", "Shows more time", alt(Key::Minus)),
            Self::TimeAll => ("Show all time", "Shows the run from its beginning to now", alt(Key::Num0)),
            Self::Faster => ("Run faster", "More virtual seconds a second", alt(Key::Period)),
            Self::Slower => ("Run slower", "Fewer virtual seconds a second", alt(Key::Comma)),
            Self::Narrate => ("Narrate", "Says in plain sentences what happens, or no longer", None),
            Self::Show(page) => match page {
                Page::Journal => ("Journal", "Everything that happened, one line each", alt(Key::Num1)),
                Page::Messages => ("All messages", "Every message with its context and body", alt(Key::Num2)),
                Page::Instances => ("Instances", "Every instance, by filter and in groups", alt(Key::Num3)),
                Page::Subscriptions => ("Subscriptions", "Who waits for which messages", alt(Key::Num4)),
                Page::Correlation => ("Correlation map", "Which instance holds which values", alt(Key::Num5)),
                Page::Sequence => ("Sequence diagram", "Who sent which message to whom", alt(Key::Num6)),
                Page::Calls => ("Call tree", "Which orchestration called or started which", alt(Key::Num7)),
                Page::Scenarios => {
                    ("Scenarios", "Plays the scenarios, and lists what they do not reach", alt(Key::Num8))
                }
                Page::Simulation => (
                    "Simulation",
                    "How long many messages take, what holds them up, and the slowest",
                    ctrl_shift(Key::L),
                ),
                Page::Send => ("Send message", "Makes a message and sends it", alt(Key::Num9)),
                Page::Breakpoints => Self::Breakpoints.about(),
                Page::Runs => Self::Runs.about(),
            },
            Self::FilterList => {
                ("Filter the list", "Puts the keyboard into the filter of the open list", ctrl(Key::F))
            }
            Self::PlayScenarios => {
                ("Run all scenarios", "Plays every scenario of the application beside the window", None)
            }
            Self::Explore => (
                "Try 100 orders",
                "Plays the selected scenario, or all, in 100 other orders of what can happen, and stops at the first that fails",
                None,
            ),
            Self::SearchOrders => (
                "Search every order",
                "Looks through every order in which the messages of the selected scenario can arrive: for zombies, waits without end and messages that nobody takes",
                None,
            ),
            Self::KeepAsTest => (
                "Keep as test…",
                "Makes a scenario of the run, with what happened as what is expected",
                ctrl_shift(Key::K),
            ),
            Self::CoverageTint => (
                "Coverage on the canvas",
                "Tints what was reached and what was not: shapes, branches and handlers",
                None,
            ),
            Self::Simulate => (
                "Start the simulation",
                "Simulates many messages beside the window: times, intervals, and what holds them up",
                plain(Key::F6),
            ),
            Self::WorstCase => (
                "Open the slowest case",
                "Plays the replication of the slowest case again, and shows where it waited longest",
                ctrl(Key::F6),
            ),
            Self::HeatTint => (
                "Heat on the canvas",
                "Tints the shapes by their share of the time of the simulated cases",
                None,
            ),
            Self::SequenceSvg => ("Sequence diagram as SVG…", "Draws the run to an SVG file", None),
            Self::SequencePng => ("Sequence diagram as PNG…", "Draws the run to a picture file", None),
            Self::Fix => (
                "Fix the problem…",
                "Does what mends the problem of what is selected, or lists the ways to mend it",
                ctrl(Key::Period),
            ),
            Self::SidePanels => (
                "Side panels",
                "Hides the panels left and right of the drawing, or shows them again",
                ctrl(Key::B),
            ),
            Self::LowerLists => {
                ("Lists below", "Folds the lists below the drawing of a run, or unfolds them", ctrl(Key::J))
            }
            Self::Problems => ("Show problems", "Opens or closes the list of problems", ctrl_shift(Key::M)),
            Self::ApplicationView => {
                ("Application view", "Who talks to whom in the whole application", ctrl_shift(Key::A))
            }
            Self::PortsEditor => (
                "Ports",
                "Receive ports, send ports, groups, parties, pipelines and hosts",
                ctrl_shift(Key::P),
            ),
            Self::Configuration => ("Configuration", "Settings of the application", None),
            Self::NextTab => ("Next tab", "Goes to the tab at the right", ctrl(Key::Tab)),
            Self::PreviousTab => ("Previous tab", "Goes to the tab at the left", ctrl_shift(Key::Tab)),
            Self::CloseTab => ("Close tab", "Closes the tab with the focus", ctrl(Key::W)),
            Self::ReopenTab => ("Reopen closed tab", "Opens the tab closed last again", ctrl_shift(Key::T)),
            Self::Back => ("Back", "Goes to what was looked at before", ctrl(Key::OpenBracket)),
            Self::Forward => {
                ("Forward", "Goes again to what one has come back from", ctrl(Key::CloseBracket))
            }
            Self::SplitTab => ("Split", "Shows the tab a second time, to its right", ctrl(Key::Backslash)),
            Self::Palette => {
                ("Search everything", "Finds a command, shape, text, field or file", ctrl(Key::K))
            }
            Self::Settings => ("Settings", "Looks and keys of the studio", ctrl(Key::Comma)),
            Self::UndoHistory => {
                ("Undo history", "Lists what was done, to go to any moment", ctrl_shift(Key::H))
            }
            Self::CompareSaved => {
                ("Compare with saved", "Shows what changed since it was saved", ctrl_shift(Key::D))
            }
            Self::CompareWith => {
                ("Compare with…", "Shows what differs from another application folder", None)
            }
            Self::ExportSvg => (
                "Export SVG…",
                "Draws the orchestration to an SVG file, to print or publish it",
                ctrl_shift(Key::E),
            ),
            Self::ExportPng => {
                ("Export PNG…", "Draws the orchestration to a picture file, to print or show it", None)
            }
            Self::ExportAnimation => (
                "Export run as animation…",
                "Films the selected instance on its way through the orchestration to a GIF file",
                None,
            ),
            Self::SaveRun => (
                "Save run…",
                "Saves the run with its application and the moment shown to one file that opens anywhere",
                None,
            ),
            Self::Recover => {
                ("Unsaved work…", "Recovers what was not saved when a studio ended before its time", None)
            }
            Self::OpenRun => ("Open run…", "Opens a saved run at the moment it was saved at", None),
            Self::ExportJournal(Format::Csv) => (
                "Export journal as CSV…",
                "Writes what happened up to the moment shown, as far as the journal's filter lets it through, for spreadsheets",
                None,
            ),
            Self::ExportJournal(Format::Xes) => (
                "Export event log (XES)…",
                "Writes what happened up to the moment shown, as far as the journal's filter lets it through, for process mining",
                None,
            ),
            Self::ExportJournal(Format::Otlp) => (
                "Export OpenTelemetry traces…",
                "Writes what happened up to the moment shown as spans of instances and shapes, in OTLP JSON",
                None,
            ),
            Self::CopyPicture => ("Copy as picture", "Puts the drawing on the clipboard", None),
            Self::HighContrast => ("High contrast", "Pure grounds, strong lines and colours", None),
            Self::Larger => {
                ("Larger interface", "Makes everything in the window larger", ctrl_shift(Key::Plus))
            }
            Self::Smaller => {
                ("Smaller interface", "Makes everything in the window smaller", ctrl_shift(Key::Minus))
            }
            Self::Shortcuts => ("Keyboard shortcuts", "Lists every key", plain(Key::F1)),
            Self::ThemeSystem => ("Theme: as the system", "Follows the desktop's theme", None),
            Self::ThemeDark => ("Theme: dark", "Dark colours", None),
            Self::ThemeLight => ("Theme: light", "Light colours", None),
            Self::ReducedMotion => ("Reduced motion", "Shows changes without movement", None),
        }
    }

    pub fn text(self) -> &'static str {
        self.about().0
    }

    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        self.about().2
    }
}
