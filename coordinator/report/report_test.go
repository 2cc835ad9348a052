package report_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"gardner/coordinator/report"
)

const table = `N,metric,mean,theory,z,theory_finite_n,z_finite_n
10,a,1.1,1,2,,
20,a,0.7,1,-6,0.69,0.5
10,b,5,,,,
20,a,1,1,,1,
30,a,0.3,0,3,0,-3.5
`

func TestAgreements(t *testing.T) {
	t.Parallel()
	all, err := report.Agreements(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Points != 3 || all[0].Within != 2 || all[0].WorstZ != -6 || math.Abs(all[0].Median-0.2) > 1e-12 {
		t.Errorf("%+v", all)
	}
	if f := all[1]; f.Theory != "theory finite n" || f.Points != 2 || f.Within != 1 || f.WorstZ != -3.5 {
		t.Errorf("%+v", f)
	}
	for _, bad := range []string{"", "x,y\n1,2\n", "metric,mean\n1\n"} {
		if _, err := report.Agreements(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken for aggregates", bad)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	all, err := report.Agreements(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	p := report.Page{Title: "the <figures>", Version: "1", Platform: "p", Fingerprint: "f", Made: time.Unix(0, 0), Figures: []report.Figure{
		{Name: "one", Title: "with & theory", File: "one", Agreements: all, Command: "gardner run one", Took: 1500 * time.Millisecond},
		{Name: "two", Title: "without", File: "two", Failed: 3}}}
	var b strings.Builder
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the &lt;figures&gt;", "with &amp; theory", `src="one.svg"`, "3 of 5 points within 3 standard errors", "20.0 %", "-6.0", "no theory", "<strong>3 failed</strong>", "2s in this run"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got, want := p.Summary(), "2 figures; 1 have a theory, with 3 of 5 points within 3 standard errors of it; 1 have none"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
