// What an operator may ask the keeper over admin.sock, all of it. Acts that widen are for admins;
// in a demo or drill directory the connection of its creator is one. Owned by wire; a new message
// goes into the file of its subject.
#pragma once

#include "wire/admin_session_messages.h"
#include "wire/backup_messages.h"
#include "wire/canary_messages.h"
#include "wire/demo_messages.h"
#include "wire/erasure_messages.h"
#include "wire/import_messages.h"
#include "wire/key_messages.h"
#include "wire/ledger_messages.h"
#include "wire/principal_messages.h"
#include "wire/proposal_messages.h"
#include "wire/scope_messages.h"
#include "wire/status_messages.h"
