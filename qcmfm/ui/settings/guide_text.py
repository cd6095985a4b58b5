"""The tasks of the guide by role, and its words."""

from dataclasses import dataclass

from qcmfm.ui.shell.language import N_


@dataclass(frozen=True)
class GuideTask:
    """Something that somebody wants to do.

    Args:
        title: What.
        words: How, in a few sentences.
        page: Where: the name of its file in `pages/`, and what the link says; empty for nowhere.
    """

    title: str
    words: str
    page: tuple[str, str] = ("", "")


TASKS = {
    N_("Curator"): (
        GuideTask(
            N_("Bring a collection in"),
            N_(
                "Give a table with its photos, a ZIP of photos or a IIIF manifest. You see how "
                "the columns are understood before anything is kept. Rows with a mistake are "
                "listed with what is wrong in them, and the others go in."
            ),
            ("import", N_("Import")),
        ),
        GuideTask(
            N_("Have labels proposed"),
            N_(
                "Choose the collection on Review and let the model look at all of it once. If no "
                "model knows your labels, train one first, from records that already have theirs."
            ),
            ("review", N_("Review")),
        ),
        GuideTask(
            N_("Decide on many at once"),
            N_(
                "Bulk shows the records of one label side by side. Select those that fit and "
                "accept them together; one undo takes all of it back."
            ),
            ("bulk", N_("Bulk")),
        ),
        GuideTask(
            N_("Find old labels that are wrong"),
            N_(
                "Clean up lists recorded labels that are probably wrong, the most doubtful first. "
                "Nothing changes until you say so."
            ),
            ("clean_up", N_("Clean up")),
        ),
        GuideTask(
            N_("Make the model better"),
            N_(
                "Learn trains it on what was recorded and decided, and tests old and new on the "
                "same records. You choose which of them proposes labels."
            ),
            ("learn", N_("Learn")),
        ),
        GuideTask(
            N_("Take the results away"),
            N_(
                "Progress has the files: a CSV with every column that you brought and the "
                "decisions beside them, one for spreadsheets, and others for Omeka S and IIIF "
                "viewers."
            ),
            ("progress", N_("Progress")),
        ),
        GuideTask(
            N_("Find a record, or its like"),
            N_("Search takes plain words or a photo. The map lays what is alike close together."),
            ("search", N_("Search")),
        ),
    ),
    N_("Annotator"): (
        GuideTask(
            N_("Go through the queue"),
            N_(
                "Review shows one record at a time, the least certain first. Accept what is "
                "proposed, or take another label. When the page says “Saved”, it is on the disk."
            ),
            ("review", N_("Review")),
        ),
        GuideTask(
            N_("When the photo does not tell"),
            N_(
                "Press Unsure. That is an answer, too: it tells the curator where somebody has "
                "to look at the object itself."
            ),
        ),
        GuideTask(
            N_("When no label fits"),
            N_(
                "Type the first letters under “Another label”. If the list has none, add one under "
                "“New label”, and leave a reason."
            ),
        ),
        GuideTask(
            N_("When you were too quick"),
            N_(
                "Undo goes back as far as you like. History shows all that was decided on a "
                "record, and gives back what it was."
            ),
        ),
        GuideTask(
            N_("When somebody else is there, too"),
            N_(
                "You see who has the same record open, and what they said. Nobody overwrites you "
                "without knowing it."
            ),
        ),
        GuideTask(
            N_("Look closer"),
            N_(
                "Attention shows where the model looked and what that is worth. The key F shows "
                "the photo in full."
            ),
            ("attention", N_("Attention")),
        ),
    ),
    N_("Educator"): (
        GuideTask(
            N_("Teach it in ten minutes"),
            N_("Five steps from a photo to a label, with a question each. It can be printed."),
            ("lesson", N_("Lesson")),
        ),
        GuideTask(
            N_("Show where a model looks"),
            N_(
                "Choose a word of a caption and see the photo light up; then hide that part and "
                "see whether it mattered."
            ),
            ("attention", N_("Attention")),
        ),
        GuideTask(
            N_("Show a circuit at work"),
            N_("Follow one record gate by gate, switch a gate off, and see the label react."),
            ("circuit", N_("Circuit")),
        ),
        GuideTask(
            N_("Show what noise does"),
            N_("Let every gate go a little wrong and see which labels would change."),
            ("noise_lab", N_("Noise lab")),
        ),
        GuideTask(
            N_("Keep it honest"),
            N_(
                "Six sentences one hears about such models, and what was measured here. No quantum "
                "computer is used: an ordinary one simulates it."
            ),
            ("claims", N_("Claims")),
        ),
    ),
    N_("Engineer"): (
        GuideTask(
            N_("Do it from the command line"),
            N_(
                "`python -m qcmfm --help` lists the commands: `import`, `train`, `predict`, "
                "`evaluate`, `search` and more. `--json` answers in JSON."
            ),
        ),
        GuideTask(
            N_("Train on your own categories"),
            N_(
                "`python -m qcmfm train --records my/records.csv --out workspace/runs/my-run`, or "
                "Learn. What was interrupted goes on with the same command."
            ),
            ("learn", N_("Learn")),
        ),
        GuideTask(
            N_("Compare models"),
            N_(
                "`python -m qcmfm study compare` trains them side by side, with intervals and "
                "tests. The page Study shows the last result."
            ),
            ("study", N_("Study")),
        ),
        GuideTask(
            N_("Run it for others"),
            N_(
                "The README says how to set up a sign-in and who may do what; `.github/SCALE.md` "
                "how large a collection may be, `.github/SECURITY.md` what is guarded and what "
                "is not."
            ),
        ),
        GuideTask(
            N_("Keep it healthy"),
            N_(
                "`python -m qcmfm doctor --repair`, `backup FILE.zip` and `restore FILE.zip`; or "
                "the page Workspace, for those who look after it."
            ),
        ),
        GuideTask(
            N_("Add a model, an importer, a page"),
            N_("One file each. `.github/CONTRIBUTING.md` has the recipes."),
        ),
    ),
}
"""By who asks."""


WORDS = {
    N_("Record"): N_(
        "One object of a collection: a photo, a caption, and whatever else you know of it."
    ),
    N_("Caption"): N_("What the catalogue says of the object, in words."),
    N_("Label"): N_("The one category that a record is given, such as bronze or silk."),
    N_("Proposal"): N_(
        "The label that a model suggests. It becomes a decision only when you decide."
    ),
    N_("Decision"): N_(
        "What somebody said of a record: accept, correct or unsure. Every one is kept."
    ),
    N_("Confidence"): N_(
        "How sure the model is, from 0 to 100%. Of all labels proposed with 80%, about "
        "80% should be right; a single one may still be wrong."
    ),
    N_("Set of labels"): N_(
        "All labels that are likely enough. One label is a clear answer; several mean "
        "that somebody should look."
    ),
    N_("Evidence"): N_(
        "What speaks for a label: where the model looked, which words mattered, and what "
        "happened when that part was hidden."
    ),
    N_("Attention"): N_(
        "Where in the photo the model looked for a word. It is no proof of a reason."
    ),
    N_("Out of scope"): N_(
        "Unlike anything that the model was trained on, so do not trust its proposal."
    ),
    N_("Model"): N_("What proposes labels. It learned from records whose labels were known."),
    N_("Run"): N_("One trained model with its settings, its test results and where it came from."),
    N_("Qubit"): N_(
        "The smallest piece of quantum information. Here a few of them are worked out by an "
        "ordinary computer."
    ),
    N_("Simulated"): N_("Worked out by an ordinary computer. No quantum computer is used."),
}
