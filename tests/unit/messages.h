/* SPDX-License-Identifier: Apache-2.0 */
/* messages.h: the long messages of B2, as Kubernetes 1.37.2 printed them. */
#ifndef DSET_TEST_MESSAGES_H
#define DSET_TEST_MESSAGES_H

#define BAD_LABEL                                                                                                \
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end" \
  " with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"                 \
  " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
#define BAD_SUBDOMAIN                                                                                             \
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start" \
  " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"                     \
  " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
#define BAD_KEY                                                                                           \
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric" \
  " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"                 \
  " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define BAD_NAME_PART "name part " BAD_KEY
#define BAD_SLASHES \
  "a valid label key " BAD_KEY " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
#define BAD_VALUE                                                                                                \
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start" \
  " and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for"         \
  " validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
#define BAD_PERCENT                                                                                        \
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex" \
  " used for validation is '[0-9]+%')"
#define NOT_NEGATIVE "must be greater than or equal to 0"

#endif
