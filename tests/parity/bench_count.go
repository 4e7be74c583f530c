// SPDX-License-Identifier: Apache-2.0

// The instructions of one plan, which unlike its time are the same on every run: a C program plans the states of the
// benchmark under valgrind. The controller has no such figure, as valgrind does not run Go.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var instructions = regexp.MustCompile(`I +refs: +([0-9,]+)`)

func (b *benchmark) count() {
	if _, err := exec.LookPath("valgrind"); err != nil {
		fmt.Println("no instructions are counted: valgrind is missing")
		return
	}
	for i, size := range b.counted {
		for _, shape := range []string{settled, onePodGone, rollout, statusPass} {
			for _, placement := range []string{noAffinity, sixNotIn, oneLabel, tolerations} {
				if i > 0 && (shape != settled || placement == oneLabel) { // the first size has them all
					continue
				}
				st := b.stage(fmt.Sprintf("%s, %s, %d nodes", shape, placement, size), benchState(shape, placement, size))
				b.add(row{Name: "count: " + st.name, Unit: "instr/node", Ours: b.instructions(st) / float64(size), N: 1})
			}
		}
	}
}

// instructions are those of dset_plan_compute().
func (b *benchmark) instructions(st *stage) float64 {
	text, err := json.Marshal(st.states[0])
	must(err)
	folder, err := os.MkdirTemp("", "bench")
	must(err)
	defer os.RemoveAll(folder)
	question := filepath.Join(folder, "question.json")
	must(os.WriteFile(question, text, 0o666))
	self, err := os.Executable() // what counts stands beside it
	must(err)
	command := exec.Command("valgrind", "--tool=callgrind", "--toggle-collect=dset_plan_compute", "--callgrind-out-file=/dev/null",
		filepath.Join(filepath.Dir(self), "bench_count"), question)
	command.Env = append(os.Environ(), "LD_BIND_NOW=1") // finding libc's functions is none of the plan's work
	said, err := command.CombinedOutput()
	found := instructions.FindSubmatch(said)
	if err != nil || found == nil {
		panic(fmt.Sprintf("%v: %v: %s", command, err, said))
	}
	if want := fmt.Sprintf("%d creates and deletes\n", st.actions); !strings.Contains(string(said), want) {
		agreed(st.name, []string{fmt.Sprintf("wanted %s: %s", want, said)})
	}
	count, err := strconv.ParseFloat(strings.ReplaceAll(string(found[1]), ",", ""), 64)
	must(err)
	return count
}
