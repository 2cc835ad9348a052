package main

import "testing"

func TestByteSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]byteSize{"0": 0, "1000": 1000, "500MB": 500e6, "4GiB": 4 << 30, "1.5 kb": 1500, "2tib": 2 << 40, "7B": 7} {
		var b byteSize
		if err := b.Set(text); err != nil || b != want {
			t.Errorf("%q is %d, %v; want %d", text, b, err, want)
		}
		var again byteSize
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("%q is written %q and read as %d, %v", text, b.String(), again, err)
		}
	}
	for _, text := range []string{"", "GB", "-1", "nan", "inf", "1e30", "5 potatoes"} {
		var b byteSize
		if err := b.Set(text); err == nil {
			t.Errorf("%q was taken as %d bytes", text, b)
		}
	}
}
