package worker

import (
	gardnerv1 "gardner/proto/gardner/v1"
)

// outbox keeps every numbered message until the coordinator has settled it. A
// new session begins by sending all of it again, in order.
type outbox struct {
	last     uint64  // number of the newest message
	messages []entry // numbers up to last, from the oldest unsettled one on
	unsent   []*gardnerv1.WorkerMessage
	tasks    int // results not acknowledged
	bytes    int
}

// entry is an unsettled message; without one it is settled.
type entry struct {
	message *gardnerv1.WorkerMessage
	tasks   int
	bytes   int
}

// number returns the number of a new message, which is put before the next one is asked for.
func (o *outbox) number() uint64 {
	o.last++
	return o.last
}

// put adds the message that was given the last number; it must be acknowledged.
func (o *outbox) put(m *gardnerv1.WorkerMessage) {
	e := entry{message: m, tasks: len(m.GetResults().GetOrdinals()), bytes: len(m.GetResults().GetRecords())}
	o.messages = append(o.messages, e)
	o.tasks += e.tasks
	o.bytes += e.bytes
	o.unsent = append(o.unsent, m)
}

// say adds a message that needs no acknowledgement; it is lost with the session.
func (o *outbox) say(m *gardnerv1.WorkerMessage) { o.unsent = append(o.unsent, m) }

// settle forgets a message.
func (o *outbox) settle(number uint64) {
	at := int(number-o.last) + len(o.messages) - 1
	if at < 0 || at >= len(o.messages) {
		return
	}
	e := &o.messages[at]
	o.tasks -= e.tasks
	o.bytes -= e.bytes
	*e = entry{}
	for len(o.messages) > 0 && o.messages[0].message == nil {
		o.messages = o.messages[1:]
	}
}

// again puts everything unsettled back in line, for a new session.
func (o *outbox) again() {
	o.unsent = o.unsent[:0:0]
	for _, e := range o.messages {
		if e.message != nil {
			o.unsent = append(o.unsent, e.message)
		}
	}
}

// each calls fn for every task that was computed or failed and is not settled.
func (o *outbox) each(fn func(seal []byte, ordinal uint64)) {
	for _, e := range o.messages {
		switch m := e.message.GetMessage().(type) {
		case *gardnerv1.WorkerMessage_Results:
			for _, ordinal := range m.Results.Ordinals {
				fn(m.Results.Seal, ordinal)
			}
		case *gardnerv1.WorkerMessage_Failure:
			fn(m.Failure.Seal, m.Failure.Ordinal)
		}
	}
}

// drop forgets everything: another database is at the other end.
func (o *outbox) drop() { *o = outbox{last: o.last} }

// empty reports whether the coordinator has settled everything.
func (o *outbox) empty() bool { return len(o.messages) == 0 }
