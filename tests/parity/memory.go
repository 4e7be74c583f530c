// SPDX-License-Identifier: Apache-2.0

// Memory that the library may read: outside of Go's, as C structs that point to each other must be. It grows as a
// state needs it, is used again for the next one, and always reads as zero where nothing was written.

package main

/*
#include <stdlib.h>
*/
import "C"

import "unsafe"

const blockBytes = 1 << 18

// memory hands out pieces of blocks, one after the other.
type memory struct {
	blocks [][]byte
	block  int // the one in use
	used   int // of it

	// Not nil: strings that are one piece of Go's memory are one here, too. Comparing a string with itself is quick on
	// both sides; where time is taken, neither gets that alone.
	shared map[piece]*C.char
}

type piece struct {
	at     *byte
	length int
}

func sharing() memory { return memory{shared: map[piece]*C.char{}} }

// reset takes everything back.
func (m *memory) reset() {
	for i := 0; i <= m.block && i < len(m.blocks); i++ {
		clear(m.blocks[i])
	}
	m.block, m.used = 0, 0
	clear(m.shared)
}

func (m *memory) bytes(n int) unsafe.Pointer {
	const alignment = 16
	n = (n + alignment - 1) &^ (alignment - 1)
	for m.block < len(m.blocks) && m.used+n > len(m.blocks[m.block]) {
		m.block, m.used = m.block+1, 0
	}
	if m.block == len(m.blocks) {
		size := max(n, blockBytes)
		block := C.calloc(1, C.size_t(size))
		if block == nil {
			panic("out of memory")
		}
		m.blocks = append(m.blocks, unsafe.Slice((*byte)(block), size))
	}
	piece := unsafe.Pointer(&m.blocks[m.block][m.used])
	m.used += n
	return piece
}

// list is an array of n zero-filled elements; nil when n is 0.
func list[T any](m *memory, n int) []T {
	if n == 0 {
		return nil
	}
	var element T
	return unsafe.Slice((*T)(m.bytes(n*int(unsafe.Sizeof(element)))), n)
}

func one[T any](m *memory) *T { return &list[T](m, 1)[0] }

// first is the address of an array for C; NULL when it is empty.
func first[T any](items []T) *T {
	if len(items) == 0 {
		return nil
	}
	return &items[0]
}

// text is a copy of a string with its final NUL.
func (m *memory) text(s string) *C.char {
	if s == "" {
		return nil
	}
	key := piece{unsafe.StringData(s), len(s)}
	if there := m.shared[key]; there != nil {
		return there
	}
	bytes := list[byte](m, len(s)+1)
	copy(bytes, s)
	text := (*C.char)(unsafe.Pointer(&bytes[0]))
	if m.shared != nil {
		m.shared[key] = text
	}
	return text
}
