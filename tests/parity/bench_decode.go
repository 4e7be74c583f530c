// SPDX-License-Identifier: Apache-2.0

// Reading large lists: the library's own call, and encoding/json into the types of Kubernetes.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"unsafe"

	v1 "k8s.io/api/core/v1"
)

const mostBytes = 1 << 30 // the library's default is 64 MiB

func (b *benchmark) decode() {
	nodes := listText("Node", b.lists[0], listNode)
	agreed("NodeList", sameNodes(nodes))
	b.raceDecode(fmt.Sprintf("decode: NodeList of %d MB", b.lists[0]/1e6), nodes, func() any { return &v1.NodeList{} })
	pods := listText("Pod", b.lists[1], listPod)
	agreed("PodList", samePods(pods))
	b.raceDecode(fmt.Sprintf("decode: PodList of %d MB", b.lists[1]/1e6), pods, func() any { return &v1.PodList{} })
}

func (b *benchmark) raceDecode(name string, text []byte, into func() any) {
	ours := side{times: 1, act: func() { C.dset_documents_free(readDocuments(text)) }}
	peer := side{times: 1, act: func() { must(json.Unmarshal(text, into())) }}
	b.race(name, "ms", 1e6, ours, peer)
}

func readDocuments(text []byte) *C.dset_documents {
	var options C.dset_read_options
	var documents *C.dset_documents
	var problem C.dset_error
	options.size, options.max_bytes = C.size_t(unsafe.Sizeof(options)), mostBytes
	if C.dset_documents_read((*C.char)(unsafe.Pointer(unsafe.SliceData(text))), C.size_t(len(text)), &options, &documents,
		&problem) != C.DSET_OK {
		must(failure("dset_documents_read", &problem))
	}
	return documents
}

// sameNodes compares what both sides read: each node as the library's structs hold it.
func sameNodes(text []byte) []string {
	var list v1.NodeList
	must(json.Unmarshal(text, &list))
	documents := readDocuments(text)
	defer C.dset_documents_free(documents)
	if got := int(C.dset_documents_count(documents)); got != len(list.Items) {
		return []string{fmt.Sprintf("%d objects, %d nodes", got, len(list.Items))}
	}
	for i := range list.Items {
		got, want := C.dset_documents_object(documents, C.size_t(i)).node, &list.Items[i]
		if got == nil || C.GoString(got.name) != want.Name || !sameLabels(got.labels, got.label_count, want.Labels) ||
			int(got.taint_count) != len(want.Spec.Taints) {
			return []string{"node " + want.Name}
		}
	}
	return nil
}

func samePods(text []byte) []string {
	var list v1.PodList
	must(json.Unmarshal(text, &list))
	documents := readDocuments(text)
	defer C.dset_documents_free(documents)
	if got := int(C.dset_documents_count(documents)); got != len(list.Items) {
		return []string{fmt.Sprintf("%d objects, %d pods", got, len(list.Items))}
	}
	for i := range list.Items {
		got, want := C.dset_documents_object(documents, C.size_t(i)).pod, &list.Items[i]
		if got == nil || C.GoString(got.name) != want.Name || !sameLabels(got.labels, got.label_count, want.Labels) ||
			C.GoString(got.node_name) != want.Spec.NodeName || got.created_ms != milliseconds(want.CreationTimestamp) ||
			int(got.owner_count) != len(want.OwnerReferences) || got.phase != C.DSET_PHASE_RUNNING || !bool(got.ready) {
			return []string{"pod " + want.Name}
		}
	}
	return nil
}

func sameLabels(got *C.dset_label, count C.size_t, want map[string]string) bool {
	for _, label := range unsafe.Slice(got, int(count)) {
		if value, found := want[C.GoString(label.key)]; !found || value != C.GoString(label.value) {
			return false
		}
	}
	return int(count) == len(want)
}
