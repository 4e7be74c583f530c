/* SPDX-License-Identifier: Apache-2.0 */
/* taken.c (L3): the actions of one sync, found by what was done to what. */
#include "taken.h"

#include "text.h"

const char *dset_action_subject(const dset_action *action) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: return dset_text_or_empty(action->node);
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: return dset_text_or_empty(action->pod);
    case DSET_ACTION_BUMP_COLLISION_COUNT:
    case DSET_ACTION_UPDATE_STATUS: return "";
    case DSET_ACTION_EMIT_EVENT: return dset_text_or_empty(action->text);
    default: return dset_text_or_empty(action->revision);
  }
}

bool dset_taken_begin(dset_taken *taken, dset_arena *arena, const dset_action *const *actions, size_t count) {
  *taken = (dset_taken){.actions = actions, .count = count};
  if (!dset_table_init(&taken->table, arena, count)) return false;
  for (size_t i = 0; i < count; i++) {
    dset_table_insert(&taken->table, dset_action_type_name(actions[i]->type), dset_action_subject(actions[i]), i);
  }
  return true;
}

size_t dset_taken_find(const dset_taken *taken, int type, const char *subject) {
  return dset_table_find(&taken->table, dset_action_type_name(type), subject);
}

bool dset_taken_has(const dset_taken *taken, int type, const char *subject) {
  return taken != NULL && dset_taken_find(taken, type, subject) != DSET_TABLE_NONE;
}
