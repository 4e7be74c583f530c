// SPDX-License-Identifier: Apache-2.0

package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
)

// dice draws; a mutation is a function of the seed and its number.
type dice struct{ *rand.Rand }

func roll(seed uint64, number int) dice {
	sum := fnv.New64a()
	sum.Write([]byte(strconv.Itoa(number)))
	return dice{rand.New(rand.NewPCG(seed, sum.Sum64()))}
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

func oneOf[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }
