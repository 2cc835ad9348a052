package page_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gardner/coordinator/httpapi"
)

// browser starts a headless Chromium, or skips the test loudly where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("NOT TESTED: the page in a real browser, for there is no chromium here (Debian: apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 1400))
	allocator, endAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(endAllocator)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// shot writes a screenshot into the folder that GARDNER_SCREENSHOTS names, for people.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("GARDNER_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBrowser opens the page as the printed address says, sees numbers and figure change as results come, filters,
// picks another axis, pauses and resumes, all in a real browser.
func TestBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("one", "1, 2, 3, 13")
	ctx := browser(t)
	do := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	// press clicks as a pointer does: down, a while, up. A part that is replaced while the browser is asked where it stands
	// is asked for again; one that is replaced under the pointer is what this must never meet.
	press := func(element string) {
		t.Helper()
		for {
			err := chromedp.Do(ctx, chromedp.Click(element))
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), "-32000") {
				t.Fatalf("press %s: %v", element, err)
			}
		}
	}
	text := func(element string) string {
		t.Helper()
		out, err := chromedp.Run(ctx, chromedp.Text(element))
		if err != nil {
			t.Fatalf("%s: %v", element, err)
		}
		return out
	}
	// eventually polls in the page: results come when they come.
	eventually := func(what, expression string) {
		t.Helper()
		for {
			// While a page is being read, what is looked for may not be there.
			patient := "(() => { try { return " + expression + "; } catch { return false; } })()"
			_, err := chromedp.Run(ctx, chromedp.Poll[bool](patient, chromedp.WithPollingTimeout(time.Minute)))
			if err == nil {
				return
			}
			// A click may lead to another page while this one is being looked at.
			if !strings.Contains(err.Error(), "-32000") {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	do("open", chromedp.Navigate(h.server.URL(httpapi.Operate)), chromedp.WaitVisible(`a[href="/sweeps/one"]`))
	address, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, "token") {
		t.Errorf("the token stays in the address: %s", address)
	}
	press(`a[href="/sweeps/one"]`)
	do("follow the link", chromedp.WaitVisible("#progress"))
	eventually("live", `document.getElementById("link").textContent === "live"`)
	eventually("nothing yet", `document.getElementById("done").textContent === "0"`)

	h.let(2)
	eventually("two done", `document.getElementById("done").textContent === "2"`)
	eventually("a figure", `document.querySelector("#figure svg") !== null`)
	// What is held down is not replaced before it is let go.
	hold := func(event string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById("done").dispatchEvent(new PointerEvent("`+event+`", {bubbles: true}))`)); err != nil {
			t.Fatal(err)
		}
	}
	hold("pointerdown")
	h.let(1)
	eventually("three done elsewhere", `[...document.querySelectorAll("#workers td.n")].some(e => e.textContent === "3")`)
	if held := text("#done"); held != "2" {
		t.Errorf("the number under the pointer became %s", held)
	}
	hold("pointerup")
	eventually("three done", `document.getElementById("done").textContent === "3"`)
	press("#pause")
	eventually("paused", `document.querySelector("#progress .state").textContent === "paused"`)
	shot(t, ctx, "paused")
	press("#resume")
	eventually("active", `document.querySelector("#progress .state").textContent !== "paused"`)
	h.let(100)
	eventually("all done", `document.getElementById("percent").textContent === "100 %"`)
	eventually("failures", `document.getElementById("failures").textContent.includes("an <unlucky> number")`)
	eventually("values under the pointer", `[...document.querySelectorAll("#figure use > title")].some(e => e.textContent.includes("at 2"))`)
	shot(t, ctx, "done")

	before := text("#rows")
	do("filter", chromedp.SendKeys("#where", "slope == 3"))
	press("#draw")
	eventually("filtered", `location.search.includes("where") && document.getElementById("rows") !== null && !document.querySelector("#rows").textContent.includes("1.05")`)
	after := text("#rows")
	if before == after || !strings.Contains(after, "3.15") && !strings.Contains(after, "3.05") {
		t.Errorf("the filter changes nothing:\n%s\n%s", before, after)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(() => {
		const x = document.querySelector('select[name="x"]');
		x.value = "slope";
		return x.dispatchEvent(new Event("change", {bubbles: true}));
	})()`)); err != nil {
		t.Fatal(err)
	}
	eventually("drawn against the slope", `location.search.includes("x=slope")`)
	shot(t, ctx, "filtered")

	// Everything can be reached by keyboard, and has a name for a screen reader.
	nameless, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll("button, input, select, a, progress")].filter(e =>
		!(e.textContent.trim() || e.getAttribute("aria-label") || e.labels && e.labels.length)).length`))
	if err != nil {
		t.Fatal(err)
	}
	if nameless > 0 {
		t.Errorf("%d controls have no name", nameless)
	}
}
