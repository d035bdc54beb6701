"""The status page in a real browser: no complaint, no side scrolling, readable without scripts, by eye and by ear."""

import pytest
from support.browser import BROWSER, open_browser
from support.web_house import build_csv, open_look

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here: apt-get install chromium")

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CONTRAST = """
(() => {
  const light = (rgb) => rgb.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const read = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = (node) => { for (; node; node = node.parentElement) {
    const color = read(getComputedStyle(node).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color.slice(0, 3); } return [255, 255, 255]; };
  let worst = 21;
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())) continue;
    const [a, b] = [light(read(getComputedStyle(node).color).slice(0, 3)), light(ground(node))];
    worst = Math.min(worst, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return worst;
})()
"""


async def test_every_page_is_well_in_a_real_browser(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    inventory = "inventory: {directory: inventory, interval_seconds: 600, page_size: 100}\n"
    async with open_look(house, inventory, house_options={"timeout_s": 3}) as look:
        look.house.drop("good.csv", build_csv(["A-1"]))
        look.house.drop(f"{'a-very-long-name-without-a-space' * 5}.csv", build_csv(["B-1", "B-2"], qty="0"))
        look.house.drop("notes.docx", b"nobody takes this")
        await look.wait_for("/metrics", 'syncd_files_total{outcome="failed",source="orders"} 1.0')
        await look.wait_for("/", "no source takes")
        await look.wait_for("/", "The last snapshot is from")
        async with open_browser(tmp_path / "profile") as page:
            await page.open(f"{look.url}/")
            report = await page.ask("document.querySelector('a[href^=\"/report/\"]').getAttribute('href')")
            for path in ("/", report, "/inventory?sku=prod"):
                for dark in (False, True):
                    for width in (1100, 360):
                        await page.open(f"{look.url}{path}", width=width, dark=dark, scripts=False)
                        assert await page.ask(OVERFLOW) == 0
                        assert await page.ask(CONTRAST) >= 4.5
                assert await page.ask("document.querySelectorAll('h1').length") == 1
                assert await page.ask("document.querySelectorAll('script').length") == 0
                assert await page.ask("[...document.images, ...document.links].every(e => e.innerText || e.alt)")
            assert page.complaints == []
            await page.open(f"{look.url}/")
            await page.ask(
                "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
            )
            assert await page.ask("window.ran") is None
