/* SPDX-License-Identifier: Apache-2.0 */
/* encode.h (L5): typed trees as JSON text, byte for byte as the API server and the controller write them (G4, G5). */
#ifndef DSET_LIB_ENCODE_H
#define DSET_LIB_ENCODE_H

#include <jansson.h>

#include "schema.h"
#include "text.h"

/* Whether the value of a field is there when the object comes back from storage; an empty list or map is not. */
bool dset_encode_is_stored(const dset_field *field, const json_t *value);

/* An object of `type` as the API server answers: fields in the order of the Go struct, maps by key. */
void dset_encode_object(dset_buffer *buffer, const json_t *typed, uint16_t type);

/* The data of a ControllerRevision: `{"spec":{"template":{"$patch":"replace",...}}}`, everything by key (G4). */
void dset_encode_revision_data(dset_buffer *buffer, const json_t *typed_template);

#endif
