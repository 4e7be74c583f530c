// SPDX-License-Identifier: Apache-2.0

package main

type coverage struct{ n map[string]int }
type seen []string

func observe(s *State, v verdictOn) seen { return nil }
func (c *coverage) add(s seen)           {}
func (c *coverage) report() tally        { return tally{} }
