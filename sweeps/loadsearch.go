package sweeps

// largestLoad returns the largest whole number from 0 to most that succeeds, for a
// try that succeeds up to some number and fails from there on: it doubles from first
// until a failure, then halves the interval. Of a try that is not monotone it returns
// a success next to a failure.
func largestLoad(first, most int, try func(n int) (bool, error)) (int, error) {
	good, bad := 0, most+1
	for n := min(max(1, first), most); bad-good > 1; {
		ok, err := try(n)
		if err != nil {
			return 0, err
		}
		if ok {
			good = n
		} else {
			bad = n
		}
		switch {
		case bad <= most:
			n = good + (bad-good)/2
		default:
			n = min(max(n+1, n+n/2), most)
		}
	}
	return good, nil
}
