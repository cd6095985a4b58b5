"""What axe-core finds wrong with a page: its rule, and Streamlit's name of the element."""

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.studio import Visit

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Fault = tuple[str, str]
"""Rule, and the `data-testid` of the element or of the nearest one around it that has one."""

STREAMLITS_OWN: dict[Fault, str] = {
    ("list", "stSidebarNavItems"): "the menu's sections are boxes inside the list",
    ("listitem", "stSidebarNavItems"): "so their entries do not lie right in it",
    ("presentation-role-conflict", "stFileUploaderDropzone"): "a label on what has no role",
}
"""What a page of nothing but Streamlit's widgets has, too, and why; a test looks at one."""

_RUN = """async only => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ['violations'],
    elementRef: true });
  const named = element => {
    for (let at = element; at; at = at.parentElement || at.getRootNode().host) {
      if (at.dataset && at.dataset.testid) return at.dataset.testid;
    }
    return '';
  };
  return found.violations.flatMap(fault => fault.nodes.map(node =>
    [fault.id, named(node.element), node.html.slice(0, 200) + ' ' + node.failureSummary]));
}"""


def faults(visit: Visit, *rules: str) -> dict[Fault, str]:
    """Each fault of the page as it is shown, with an example of where it is.

    Args:
        visit: On a page that is idle.
        *rules: Those to look at; none for all that belong to WCAG 2.2 AA or are good practice.
    """
    if not visit.page.evaluate("typeof axe === 'object'"):
        visit.page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARD}
    return {(rule, where): told for rule, where, told in visit.page.evaluate(_RUN, only)}


def usable(visit: Visit, page: str, both: bool = False) -> Visit:
    """The page, as it is shown, fits its width and adds nothing to what is Streamlit's own.

    Args:
        visit: On the page.
        page: Name of its file in `pages/`; a test reads which pages are asked about.
        both: Whether its colours are looked at in the other theme, too.
    """
    found = faults(visit.fits())
    if both:
        now = visit.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        found |= faults(dark(visit, not now), "color-contrast")
        dark(visit, now)
    ours = {fault: told for fault, told in found.items() if fault not in STREAMLITS_OWN}
    assert not ours, "\n".join(f"{page}, {fault}: {told}" for fault, told in ours.items())
    return visit


def dark(visit: Visit, wanted: bool) -> Visit:
    """Show the page in its dark theme or the light one, as the system's setting would."""
    visit.page.emulate_media(color_scheme="dark" if wanted else "light")
    scheme = "dark" if wanted else "light"
    visit.page.wait_for_function(
        "scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme"
        " === scheme",
        arg=scheme,
    )
    return visit.idle()
