package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"gardner/coordinator/client"
	"gardner/coordinator/query"
	gardnerv1 "gardner/proto/gardner/v1"
)

// file answers with a table or a figure: rows.csv, figure.svg.
func (a *api) file(w http.ResponseWriter, r *http.Request) {
	kind, ending, _ := strings.Cut(r.PathValue("file"), ".")
	switch kind {
	case "rows":
		a.rows(w, r, ending)
	case "figure":
		a.figure(w, r, ending)
	default:
		problem(w, http.StatusNotFound, fmt.Sprintf("a sweep has no %q: it has rows.csv, .json, .ndjson, .parquet, .txt, figure.svg, .png, .pdf, .csv, and failures",
			r.PathValue("file")))
	}
}

func (a *api) rows(w http.ResponseWriter, r *http.Request, ending string) {
	format, err := query.ParseFormat(strings.Replace(ending, "txt", string(query.TableFormat), 1))
	if err != nil {
		problem(w, http.StatusNotFound, err.Error())
		return
	}
	p := readParams(r, "where", "by", "metric", "column", "crossing", "along", "log", "compare", "bootstrap", "raw", "limit")
	q := &gardnerv1.QueryRequest{Sweep: r.PathValue("sweep"), Where: p.text("where"), By: p.list("by"), Metrics: p.list("metric"),
		Raw: p.truth("raw"), Format: string(format), Columns: p.values["column"], Crossing: p.text("crossing"), Along: p.text("along"),
		Log: p.truth("log"), Compare: p.text("compare"), Bootstrap: p.number("bootstrap"), Limit: uint64(p.number("limit"))}
	if p.err != nil {
		problem(w, http.StatusBadRequest, p.err.Error())
		return
	}
	if format == query.Parquet {
		a.parquet(w, r, q)
		return
	}
	a.stream(w, r, "rows."+ending, format.MediaType(), func() (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
		return a.control.Query(r.Context(), q)
	})
}

// parquet answers with a file of known size that can be read in ranges.
func (a *api) parquet(w http.ResponseWriter, r *http.Request, q *gardnerv1.QueryRequest) {
	s, err := a.control.Status(r.Context(), &gardnerv1.StatusRequest{Sweep: q.Sweep})
	if err != nil {
		wireProblem(w, err)
		return
	}
	now := s.Sweeps[0]
	key, err := proto.MarshalOptions{Deterministic: true}.Marshal(q)
	if err != nil {
		wireProblem(w, err)
		return
	}
	f, err := a.shelf.take(r.Context(), wanted{key: string(key), progress: fmt.Sprintf("%s %d %d", now.Revision, now.Done, now.Failed),
		ranged: r.Header.Get("Range") != "", tags: r.Header.Get("If-Range") + r.Header.Get("If-Match")},
		func(ctx context.Context, to io.Writer) error {
			select {
			case a.running <- struct{}{}:
				defer func() { <-a.running }()
			case <-ctx.Done():
				return ctx.Err()
			}
			return receive(to, func() (grpc.ServerStreamingClient[gardnerv1.Chunk], error) { return a.control.Query(ctx, q) })
		})
	switch {
	case errors.Is(err, errTooLarge):
		problem(w, http.StatusInsufficientStorage, err.Error())
		return
	case err != nil:
		wireProblem(w, err)
		return
	}
	defer a.shelf.give(f)
	w.Header().Set("Content-Type", query.Parquet.MediaType())
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", q.Sweep+"-rows.parquet"))
	w.Header().Set("ETag", f.tag)
	http.ServeContent(w, r, "", f.made, io.NewSectionReader(f.file, 0, f.size))
}

// receive writes what a stream sends.
func receive(w io.Writer, open func() (grpc.ServerStreamingClient[gardnerv1.Chunk], error)) error {
	pieces, err := open()
	for err == nil {
		var piece *gardnerv1.Chunk
		if piece, err = pieces.Recv(); err == nil {
			_, err = w.Write(piece.Data)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// figureTypes are the media types of figures and of the numbers behind them.
var figureTypes = map[string]string{"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf", "csv": query.CSV.MediaType()}

func (a *api) figure(w http.ResponseWriter, r *http.Request, ending string) {
	media, ok := figureTypes[ending]
	if !ok {
		problem(w, http.StatusNotFound, fmt.Sprintf("unknown format %q of a figure: it is svg, png, pdf, or csv for its numbers", ending))
		return
	}
	p := readParams(r, "where", "x", "y", "series", "facet", "heat", "log-x", "log-y", "width", "column")
	q := &gardnerv1.PlotRequest{Sweep: r.PathValue("sweep"), Where: p.text("where"), X: p.text("x"), Y: p.list("y"), Series: p.list("series"),
		Facet: p.text("facet"), Heat: p.text("heat"), LogX: p.truth("log-x"), LogY: p.truth("log-y"), Format: ending, Columns: p.values["column"]}
	if v := p.text("width"); v != "" && p.err == nil {
		if _, err := fmt.Sscanf(v, "%g", &q.WidthMm); err != nil || !(q.WidthMm >= minWidth && q.WidthMm <= maxWidth) {
			p.err = fmt.Errorf("width is %q, want millimetres between %d and %d", v, minWidth, maxWidth)
		}
	}
	if p.err != nil {
		problem(w, http.StatusBadRequest, p.err.Error())
		return
	}
	a.stream(w, r, "figure."+ending, media, func() (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
		return a.control.Plot(r.Context(), q)
	})
}

// Widths of figures in mm: smaller ones have no room for their axes, larger ones only cost memory.
const minWidth, maxWidth = 40, 1000

// stream passes on what open's stream sends. The first piece decides whether it is an answer or an error; after it an
// error can only cut the answer off.
func (a *api) stream(w http.ResponseWriter, r *http.Request, name, media string, open func() (grpc.ServerStreamingClient[gardnerv1.Chunk], error)) {
	select {
	case a.running <- struct{}{}:
		defer func() { <-a.running }()
	case <-r.Context().Done():
		return
	}
	pieces, err := open()
	if err != nil {
		wireProblem(w, err)
		return
	}
	piece, err := pieces.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		wireProblem(w, err)
		return
	}
	if header, err := pieces.Header(); err == nil {
		for _, f := range header.Get(client.NumericsHeader) {
			w.Header().Add("Gardner-Numerics", f)
		}
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", r.PathValue("sweep")+"-"+name))
	if r.Method == http.MethodHead {
		return
	}
	for err == nil {
		if _, err := w.Write(piece.Data); err != nil {
			return
		}
		piece, err = pieces.Recv()
	}
	if !errors.Is(err, io.EOF) {
		panic(http.ErrAbortHandler) // the client sees that the answer is not whole
	}
}
