// The one page for people who open this address in a browser: what runs here, and where to go, in
// English, French or Dutch. It must hold nothing inline (its policy forbids it) and nothing about
// anybody. Owned by front.
#pragma once

#include <string>
#include <string_view>

#include "base/words.h"
#include "front/http.h"

namespace bulkhead::front {

enum class Language : std::uint8_t { kEnglish, kFrench, kDutch };

// The best of ours for an Accept-Language field (RFC 9110 section 12.5.4); English when none fits.
Language language_of(std::string_view accept_language);

struct PageFacts {
  Face face{};
  std::string_view origin;
  bool demo = false;
};
void write_page(Language language, const PageFacts& facts, Response& to);
void write_style(Response& to);
void write_icon(Response& to);

}  // namespace bulkhead::front
