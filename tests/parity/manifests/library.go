// SPDX-License-Identifier: Apache-2.0

// What the library says of the text of one manifest.

package main

/*
#cgo CFLAGS: -std=c11 -I${SRCDIR}/../../../include
#cgo LDFLAGS: ${SRCDIR}/../../../build/libdaemonset.a
#cgo pkg-config: jansson yaml-0.1
#include <stdlib.h>
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"strconv"
	"unsafe"
)

// library holds the arguments of a call; they belong to C, as what they point to does.
type library struct {
	options  *C.dset_manifest_options
	validate *C.dset_validate_options
	problem  *C.dset_error
}

func allocate[T any]() *T {
	var value T
	p := C.calloc(1, C.size_t(unsafe.Sizeof(value)))
	if p == nil {
		panic("out of memory")
	}
	return (*T)(p)
}

func newLibrary() *library {
	l := &library{options: allocate[C.dset_manifest_options](), validate: allocate[C.dset_validate_options](),
		problem: allocate[C.dset_error]()}
	l.validate.size, l.validate.no_warnings = C.size_t(unsafe.Sizeof(*l.validate)), true
	l.options.size, l.options.validate = C.size_t(unsafe.Sizeof(*l.options)), l.validate
	return l
}

// ask reads one text. It must hold one manifest or none.
func (l *library) ask(document []byte) *answer {
	var manifests *C.dset_manifests
	var pin runtime.Pinner
	defer pin.Unpin()
	start := (*C.char)(unsafe.Pointer(unsafe.SliceData(document)))
	if start != nil {
		pin.Pin(start)
	}
	if C.dset_manifests_read(start, C.size_t(len(document)), l.options, &manifests, l.problem) != C.DSET_OK {
		return &answer{decode: fmt.Sprintf("dset_manifests_read: %s: %s", C.GoString(C.dset_code_name(l.problem.code)),
			C.GoString(&l.problem.text[0]))}
	}
	defer C.dset_manifests_free(manifests)
	switch count := C.dset_manifests_count(manifests); count {
	case 0:
		return &answer{decode: "no DaemonSet"}
	case 1:
		return read(C.dset_manifests_entry(manifests, 0))
	default:
		last := read(C.dset_manifests_entry(manifests, count-1))
		if last.object != nil {
			last.odd = strconv.Itoa(int(count)) + " manifests in one document"
		}
		return last // what is behind the manifest is no document
	}
}

// read takes an entry over into Go.
func read(entry *C.dset_manifest_entry) *answer {
	a := &answer{}
	for i := range C.dset_findings_count(entry.findings) {
		a.finding(C.dset_findings_get(entry.findings, i))
	}
	if entry.object == nil {
		if a.decode == "" {
			a.odd = "no object, and no finding says why"
		}
		return a
	}
	if a.decode != "" {
		a.odd, a.decode = "an object in spite of: "+a.decode, ""
	}
	a.object, a.hash = []byte(C.GoString(entry.object)), C.GoString(entry.hash)
	if daemonset := entry.manifest.daemonset; daemonset.revision_data != nil {
		a.revision = C.GoBytes(daemonset.revision_data, C.int(daemonset.revision_data_bytes))
	}
	return a
}

// finding sorts one finding into what the API server would have made of it.
func (a *answer) finding(f *C.dset_finding) {
	field, body := C.GoString(f.field), C.GoString(f.text)
	switch f.kind {
	case C.DSET_FINDING_UNKNOWN_FIELD:
		a.strict = append(a.strict, "unknown field "+strconv.Quote(field))
	case C.DSET_FINDING_DUPLICATE_FIELD:
		a.strict = append(a.strict, "duplicate field "+strconv.Quote(field))
	case C.DSET_FINDING_SYNTAX, C.DSET_FINDING_NO_KIND, C.DSET_FINDING_WRONG_TYPE, C.DSET_FINDING_OUT_OF_RANGE:
		if a.decode == "" {
			a.decode = field + ": " + body
		}
	default:
		a.errors = append(a.errors, fault{Type: C.GoString(C.dset_finding_kind_name(f.kind)), Field: field, Text: body})
	}
}
