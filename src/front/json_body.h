// A request's JSON body read strictly (RFC 8259, I-JSON of RFC 7493): one object whose members are
// texts or lists of texts, all our API needs. A member that is there twice, unknown or of another
// type is refused, so nobody can smuggle a second meaning past us. Owned by front.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulkhead::front {

inline constexpr std::size_t kJsonMembersMax = 8;
inline constexpr std::size_t kJsonListItemsMax = 64;
inline constexpr std::size_t kJsonKeyBytesMax = 64;

class JsonBody {
 public:
  // kMalformed; kTooLarge beyond the limits above.
  static Result<JsonBody> parse(std::string_view text);

  bool has(std::string_view name) const;
  // Hands a member out, once. kMalformed when it is not there or is of the other type.
  Result<std::string> take_text(std::string_view name);
  Result<std::vector<std::string>> take_list(std::string_view name);
  // kMalformed when a member is left that nobody took.
  Status finish() const;

 private:
  friend class JsonBodyHandler;
  struct Member {
    std::string name;
    bool is_list = false;
    std::string text;
    std::vector<std::string> list;
  };
  Result<Member> take(std::string_view name, bool is_list);
  std::vector<Member> members_;
};

}  // namespace bulkhead::front
