package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	gardnerv1 "gardner/proto/gardner/v1"
)

func TestHeadline(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"kappa,N,metric,unit,n,mean,sem,theory\n0,50,a,,4,1.90412,0.0666,1.95645\n0,50,b,,4,7,1,\n0,200,a,,4,1.9561,0.0391,1.95645\n0.1,200,a,,4,1.6,0.1,1.7\n": "a(kappa=0, N=200) = 1.956 +- 0.039  theory 1.956",
		"kappa,metric,mean,sem\n0,a,,\n1,a,3,\n":     "a(kappa=1) = 3",
		"kappa,metric,index,mean,sem\n0,w,0,1,0.1\n": "",
		"metric,mean,sem\na,1,1\n":                   "",
		"":                                           "",
	} {
		if got := headlineOf(strings.NewReader(table)); got != want {
			t.Errorf("%q gives %q, want %q", table, got, want)
		}
	}
}

// A line is never wider than the terminal; what is said aside goes before what troubles.
func TestProgressFits(t *testing.T) {
	t.Parallel()
	s := &gardnerv1.SweepStatus{Name: "a", Tasks: 100, Done: 50, State: gardnerv1.SweepState_SWEEP_STATE_ACTIVE, Rate: 3, EtaSeconds: 16}
	for width, want := range map[int]string{
		200: "[=============>            ]  50 %  50/100 tasks  3/s  ETA 16 s  disk full  m(x=1) = 2",
		72:  "[====>   ]  50 %  50/100 tasks  3/s  ETA 16 s  disk full  m(x=1) = 2",
		60:  "[====>   ]  50 %  50/100 tasks  3/s  ETA 16 s  disk full",
		50:  "[====>   ]  50 %  50/100 tasks  3/s  ETA 16 s  dis",
	} {
		if got := fitting(s, "disk full", "m(x=1) = 2", width); got != want || utf8.RuneCountInString(got) > width {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
}
