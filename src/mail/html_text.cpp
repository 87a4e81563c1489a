#include "mail/html_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mail/clean_text.h"

namespace bulkhead::mail {
namespace {

// Elements whose content is no text (HTML, sections 13.1.2 and 15.3.1).
constexpr std::array<std::string_view, 7> kSilent{"script",   "style", "title", "template",
                                                  "noscript", "svg",   "math"};
constexpr std::array<std::string_view, 24> kBlocks{
    "p",  "div", "br", "tr",      "li",     "ul",     "ol",         "table",
    "h1", "h2",  "h3", "h4",      "h5",     "h6",     "blockquote", "pre",
    "hr", "dt",  "dd", "section", "header", "footer", "article",    "body"};

struct Reference {
  std::string_view name, text;
};
constexpr Reference kReferences[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"euro", "€"},   {"pound", "£"},  {"copy", "©"},   {"reg", "®"},
    {"trade", "™"},  {"hellip", "…"}, {"ndash", "–"},  {"mdash", "—"},  {"lsquo", "‘"},
    {"rsquo", "’"},  {"ldquo", "“"},  {"rdquo", "”"},  {"laquo", "«"},  {"raquo", "»"},
    {"bull", "•"},   {"middot", "·"}, {"deg", "°"},    {"auml", "ä"},   {"ouml", "ö"},
    {"uuml", "ü"},   {"Auml", "Ä"},   {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},
    {"eacute", "é"}, {"egrave", "è"}, {"ecirc", "ê"},  {"euml", "ë"},   {"agrave", "à"},
    {"aacute", "á"}, {"acirc", "â"},  {"aring", "å"},  {"aelig", "æ"},  {"atilde", "ã"},
    {"ccedil", "ç"}, {"icirc", "î"},  {"iuml", "ï"},   {"iacute", "í"}, {"ocirc", "ô"},
    {"oacute", "ó"}, {"oslash", "ø"}, {"otilde", "õ"}, {"ugrave", "ù"}, {"uacute", "ú"},
    {"ucirc", "û"},  {"ntilde", "ñ"}, {"Eacute", "É"}, {"Agrave", "À"}, {"Ccedil", "Ç"},
    {"iexcl", "¡"},  {"iquest", "¿"}, {"times", "×"},  {"oelig", "œ"},  {"zwnj", ""}};
constexpr std::size_t kReferenceBytesMax = 10;

void append_utf8(std::uint32_t point, std::string& to) {
  const auto put = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6), put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12), put(0x80 | (point >> 6 & 0x3f)), put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18), put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f)), put(0x80 | (point & 0x3f));
  }
}

// "#8364" or "#x20AC"; nothing when it is no character.
bool append_numbered(std::string_view digits, std::string& to) {
  const bool hex = digits.starts_with('x') || digits.starts_with('X');
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return false;
  std::uint32_t point = 0;
  for (const char c : digits) {
    const char small = to_lower(c);
    std::uint32_t digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (hex && small >= 'a' && small <= 'f') digit = static_cast<std::uint32_t>(small - 'a' + 10);
    if (digit >= (hex ? 16u : 10u)) return false;
    point = point * (hex ? 16 : 10) + digit;
    if (point > 0x10ffff) return false;
  }
  if (point == 0 || (point >= 0xd800 && point <= 0xdfff)) return false;
  append_utf8(point, to);
  return true;
}

class HtmlReader {
 public:
  HtmlReader(std::string_view html, std::size_t bytes_max) : html_(html), bytes_max_(bytes_max) {}

  std::string run() {
    while (at_ < html_.size() && text_.size() < bytes_max_) {
      const char c = html_[at_];
      if (c == '<')
        take_markup();
      else if (c == '&')
        take_reference();
      else
        take_character(c);
    }
    if (text_.size() > bytes_max_) text_.resize(bytes_max_);
    while (text_.ends_with('\n') || text_.ends_with(' ')) text_.pop_back();
    return std::move(text_);
  }

 private:
  std::string_view rest() const { return html_.substr(at_); }

  void take_character(char c) {
    ++at_;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      blank_ = true;
      return;
    }
    put({&c, 1});
  }

  void put(std::string_view more) {
    if (more.empty()) return;
    if (blank_ && !text_.empty() && !text_.ends_with('\n')) text_ += ' ';
    blank_ = false;
    text_ += more;
  }

  // At most one empty line in a row.
  void end_line() {
    blank_ = false;
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  void take_reference() {
    const auto end = rest().substr(0, kReferenceBytesMax + 2).find(';');
    if (end != std::string_view::npos) {
      const auto name = html_.substr(at_ + 1, end - 1);
      std::string character;
      const auto known = std::ranges::find(kReferences, name, &Reference::name);
      const bool numbered = name.starts_with('#') && append_numbered(name.substr(1), character);
      if (known != std::end(kReferences)) character = known->text;
      if (numbered || known != std::end(kReferences)) {
        at_ += end + 1;
        if (character == " ")
          blank_ = true;
        else
          put(character);
        return;
      }
    }
    ++at_;
    put("&");
  }

  void take_markup() {
    if (rest().starts_with("<!--")) return skip_past("-->", 4);
    const auto after = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    const bool letter = to_lower(after) >= 'a' && to_lower(after) <= 'z';
    if (!letter && after != '/' && after != '!' && after != '?') {
      ++at_;
      return put("<");
    }
    const auto name = tag_name();
    skip_tag();
    if (std::ranges::find(kBlocks, name) != kBlocks.end()) end_line();
    if (name == "td" || name == "th") blank_ = true;
    if (letter && std::ranges::find(kSilent, name) != kSilent.end()) skip_element(name);
  }

  std::string tag_name() const {
    std::string name;
    for (auto from = at_ + (html_[at_ + 1] == '/' ? 2 : 1); from < html_.size(); ++from) {
      const char c = to_lower(html_[from]);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) || name.size() == 16) break;
      name += c;
    }
    return name;
  }

  // Past '>'; one within quotes does not count.
  void skip_tag() {
    char quote = 0;
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        ++at_;
        return;
      }
    }
  }

  void skip_past(std::string_view mark, std::size_t from) {
    const auto end = html_.find(mark, at_ + from);
    at_ = end == std::string_view::npos ? html_.size() : end + mark.size();
  }

  // To behind the end tag of that name. Each is looked for once: without one all the rest is
  // silent.
  void skip_element(std::string_view name) {
    while (at_ < html_.size()) {
      const auto end = html_.find("</", at_);
      if (end == std::string_view::npos) break;
      at_ = end;
      const bool ours = tag_name() == name;
      at_ += 2;
      if (ours) return skip_tag();
    }
    at_ = html_.size();
  }

  std::string_view html_;
  std::size_t bytes_max_;
  std::size_t at_ = 0;
  std::string text_;
  bool blank_ = false;
};

}  // namespace

std::string html_to_text(std::string_view html, std::size_t bytes_max) {
  return HtmlReader(html, bytes_max).run();
}

}  // namespace bulkhead::mail
