// GMime's objects with their owners, and the mail that is being put together. Nothing here may be
// included outside bulkhead-mail-parse, the one process that GMime runs in. Owned by mail.
#pragma once

#include <gmime/gmime.h>

#include <memory>

#include "wire/mail_messages.h"

namespace bulkhead::mail {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Object = std::unique_ptr<T, Unref>;

struct Free {
  void operator()(void* memory) const { g_free(memory); }
};
using Chars = std::unique_ptr<char, Free>;

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};
using Options = std::unique_ptr<GMimeParserOptions, FreeOptions>;

struct Draft {
  wire::ParsedMail mail;
  void flaw(wire::MailFlaw flaw) {
    if (!mail.has(flaw)) mail.flaws.items.push_back(flaw);
  }
};

}  // namespace bulkhead::mail
