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
}

// reset takes everything back.
func (m *memory) reset() {
	for i := 0; i <= m.block && i < len(m.blocks); i++ {
		clear(m.blocks[i])
	}
	m.block, m.used = 0, 0
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

// text copies a string with its final NUL.
func (m *memory) text(s string) *C.char {
	if s == "" {
		return nil
	}
	bytes := list[byte](m, len(s)+1)
	copy(bytes, s)
	return (*C.char)(unsafe.Pointer(&bytes[0]))
}
