/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h (L5): the typed tree of a DaemonSet to what validation reads of it. */
#ifndef DSET_LIB_FACTS_H
#define DSET_LIB_FACTS_H

#include "daemonset/validate.h"
#include "decode.h"

/* Decodes a typed tree into the decoder's arena. False when an allocation fails. */
bool dset_decode_manifest(dset_decoder *decoder, const json_t *typed, const dset_manifest **manifest);

#endif
