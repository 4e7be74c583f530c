// SPDX-License-Identifier: Apache-2.0

// The next check (J4, E8, E20), asked of the controller: between now and that moment time alone must change nothing
// that it does. So it runs once more, on the same state, one millisecond earlier.

package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// farOff stands for never: longer than any delay and any minReadySeconds.
const farOff = 100 * 365 * 24 * time.Hour

func (b *bench) compareLater(s *State, v verdictOn) []string {
	later := *s
	switch {
	case v.plan.nextCheck == never:
		later.Now = s.Now.Add(farOff)
	case s.InFlight != nil: // upstream counts the age of expectations on the wall clock, which must not reach the limit
		later.Now = time.UnixMilli(v.plan.nextCheck).Add(-time.Second)
	default:
		later.Now = time.UnixMilli(v.plan.nextCheck - 1)
	}
	if !later.Now.After(s.Now) {
		return nil
	}
	later.Now = later.Now.UTC()
	b.upstream.load(&later)
	runs := runsOfStep
	if _, tied := hashes(s); tied {
		runs = runsOfTie
	}
	all, why := ways(b.upstream, runs)
	if why != "" {
		return []string{"judge: later: " + why}
	}
	want := lasting(v.way.expect)
	for _, w := range all {
		if lasting(w.expect) == want {
			return nil
		}
	}
	return []string{fmt.Sprintf("too late: the next check is %s, but at %s the controller does %s, and now %s",
		moment(v.plan.nextCheck), later.Now.Format(time.RFC3339Nano), lasting(all[0].expect), want)}
}

// lasting is what a later sync of the same state does again. When a delay ends, and what the next one is, is not part
// of it.
func lasting(e Expect) string {
	e.Events, e.Backoff, e.RequeueAfterSeconds, e.Unstable, e.CreatedPod = nil, nil, nil, nil, nil
	if e.Error != "" {
		e.Error = "some"
	}
	text, err := json.Marshal(e)
	must(err)
	return string(text)
}
