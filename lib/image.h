/* SPDX-License-Identifier: Apache-2.0 */
/* image.h (L5): what the reference of a container image says about pulling it. */
#ifndef DSET_LIB_IMAGE_H
#define DSET_LIB_IMAGE_H

/*
 * The pull policy of a container, or image volume, that names none (A9): "Always" or "IfNotPresent". NULL is "", which
 * is no reference, and so gets "IfNotPresent".
 */
const char *dset_image_pull_policy(const char *reference);

#endif
