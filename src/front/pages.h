// The desk's pages for the browser, as one packed file that web/tools/pack.mjs made and the
// supervisor handed in as a descriptor. Nothing is reachable in it but by its exact address, and
// it holds nothing about anybody. Owned by front; read once at the start, never changed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "front/http.h"

namespace bulkhead::front {

inline constexpr std::size_t kPagesBytesMax = 8u << 20;
inline constexpr std::size_t kPagesMax = 256;

// The file: "bulkhead pages v1 <count>\n", then <count> lines of
// "<path>\t<content type>\t<bytes>\t<bytes in gzip>\t<bytes in Brotli>\n", paths rising, a blank
// line, then the bytes of each in that order. A packed size of 0 says that there is no such form.
// "/" is the entry page: unpacked, and it holds {nonce} and {house} once each.
class Pages {
 public:
  struct Page {
    std::string content_type;
    std::string etag;  // with its quotes (RFC 9110 section 8.8.3)
    std::string_view plain, gzip, brotli;
  };

  // kMalformed: not such a file. kTooLarge: beyond the maxima above.
  static Result<Pages> parse(std::string packed);
  // As parse; kIo when the descriptor cannot be read. Reads from the start, wherever it stands.
  static Result<Pages> read(int fd);

  // A named file, which never changes under its name. False: there is none by this path.
  bool show(const Request& request, Response& to) const;
  // The entry page under a fresh nonce, in a demo or a live house.
  void show_entry(bool demo, Response& to) const;

 private:
  std::unique_ptr<const std::string> packed_;  // what the pages' views look into
  std::map<std::string, Page, std::less<>> pages_;
};

}  // namespace bulkhead::front
