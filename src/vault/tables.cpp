#include "vault/tables.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "vault/text.h"

namespace bulkhead {
namespace {

// Pairs of letters, in order.
constexpr std::string_view kCountries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCM"
    "CNCOCRCUCVCWCXCYCZDEDJDK"
    "DMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIO"
    "IQIRISITJEJMJOJPKEKGKHKI"
    "KMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNI"
    "NLNONPNRNUNZOMPAPEPFPGPH"
    "PKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO"
    "TRTTTVTWTZUAUGUMUSUYUZVA"
    "VCVEVGVIVNVUWFWSXKYEYTZAZMZW";
static_assert(kCountries.size() == 250 * 2);

constexpr bool in_pairs(std::string_view pairs, std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t at = 0; at < pairs.size(); at += 2) {
    if (pairs.substr(at, 2) == code) return true;
  }
  return false;
}

constexpr std::array kTwoDigitCodes{20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
                                    47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
                                    64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98};
struct CodeRange {
  int first, last;
};
constexpr std::array kThreeDigitCodes{
    CodeRange{211, 213}, CodeRange{216, 216}, CodeRange{218, 218}, CodeRange{220, 258},
    CodeRange{260, 269}, CodeRange{290, 291}, CodeRange{297, 299}, CodeRange{350, 359},
    CodeRange{370, 383}, CodeRange{385, 387}, CodeRange{389, 389}, CodeRange{420, 421},
    CodeRange{423, 423}, CodeRange{500, 509}, CodeRange{590, 599}, CodeRange{670, 670},
    CodeRange{672, 683}, CodeRange{685, 692}, CodeRange{850, 850}, CodeRange{852, 853},
    CodeRange{855, 856}, CodeRange{870, 870}, CodeRange{880, 883}, CodeRange{886, 886},
    CodeRange{960, 968}, CodeRange{970, 977}, CodeRange{992, 996}, CodeRange{998, 998}};

struct IbanLength {
  std::string_view country;
  int length;
};
constexpr std::array kIbanLengths{
    IbanLength{"AD", 24}, IbanLength{"AE", 23}, IbanLength{"AL", 28}, IbanLength{"AT", 20},
    IbanLength{"AZ", 28}, IbanLength{"BA", 20}, IbanLength{"BE", 16}, IbanLength{"BG", 22},
    IbanLength{"BH", 22}, IbanLength{"BI", 27}, IbanLength{"BR", 29}, IbanLength{"BY", 28},
    IbanLength{"CH", 21}, IbanLength{"CR", 22}, IbanLength{"CY", 28}, IbanLength{"CZ", 24},
    IbanLength{"DE", 22}, IbanLength{"DJ", 27}, IbanLength{"DK", 18}, IbanLength{"DO", 28},
    IbanLength{"EE", 20}, IbanLength{"EG", 29}, IbanLength{"ES", 24}, IbanLength{"FI", 18},
    IbanLength{"FK", 18}, IbanLength{"FO", 18}, IbanLength{"FR", 27}, IbanLength{"GB", 22},
    IbanLength{"GE", 22}, IbanLength{"GI", 23}, IbanLength{"GL", 18}, IbanLength{"GR", 27},
    IbanLength{"GT", 28}, IbanLength{"HR", 21}, IbanLength{"HU", 28}, IbanLength{"IE", 22},
    IbanLength{"IL", 23}, IbanLength{"IQ", 23}, IbanLength{"IS", 26}, IbanLength{"IT", 27},
    IbanLength{"JO", 30}, IbanLength{"KW", 30}, IbanLength{"KZ", 20}, IbanLength{"LB", 28},
    IbanLength{"LC", 32}, IbanLength{"LI", 21}, IbanLength{"LT", 20}, IbanLength{"LU", 20},
    IbanLength{"LV", 21}, IbanLength{"LY", 25}, IbanLength{"MC", 27}, IbanLength{"MD", 24},
    IbanLength{"ME", 22}, IbanLength{"MK", 19}, IbanLength{"MN", 20}, IbanLength{"MR", 27},
    IbanLength{"MT", 31}, IbanLength{"MU", 30}, IbanLength{"NI", 28}, IbanLength{"NL", 18},
    IbanLength{"NO", 15}, IbanLength{"OM", 23}, IbanLength{"PK", 24}, IbanLength{"PL", 28},
    IbanLength{"PS", 29}, IbanLength{"PT", 25}, IbanLength{"QA", 29}, IbanLength{"RO", 24},
    IbanLength{"RS", 22}, IbanLength{"RU", 33}, IbanLength{"SA", 24}, IbanLength{"SC", 31},
    IbanLength{"SD", 18}, IbanLength{"SE", 24}, IbanLength{"SI", 19}, IbanLength{"SK", 24},
    IbanLength{"SM", 27}, IbanLength{"SO", 23}, IbanLength{"ST", 25}, IbanLength{"SV", 28},
    IbanLength{"TL", 23}, IbanLength{"TN", 24}, IbanLength{"TR", 26}, IbanLength{"UA", 29},
    IbanLength{"VA", 22}, IbanLength{"VG", 24}, IbanLength{"XK", 20}};

// A shape is one letter per character: 9 a digit, A a letter, X either; other characters stand for
// themselves.
struct Programme {
  std::string_view airlines;  // designators, as pairs
  std::string_view name;      // lower case
  std::array<std::string_view, 3> shapes;
};
constexpr std::array kProgrammes{
    Programme{"AFKL", "flying blue", {"9999999999", "999999999999", ""}},
    Programme{"LHLXOSSN", "miles & more", {"999999999999999", "", ""}},
    Programme{"BA", "executive club", {"99999999", "", ""}},
    Programme{"UA", "mileageplus", {"AA999999", "AAA99999", ""}},
    Programme{"DL", "skymiles", {"999999999", "9999999999", ""}},
    Programme{"AA", "aadvantage", {"XXXXXXX", "", ""}},
    Programme{"SQ", "krisflyer", {"9999999999", "", ""}},
    Programme{"EK", "skywards", {"999999999", "EK999999999", ""}},
    Programme{"TK", "miles&smiles", {"TK999999999", "", ""}},
    Programme{"QF", "qantas frequent flyer", {"9999999", "9999999999", ""}}};

bool has_shape(std::string_view text, std::string_view shape) {
  return !shape.empty() && std::ranges::equal(text, shape, [](char c, char s) {
    if (s == '9') return is_digit(c);
    if (s == 'A') return is_upper(c);
    if (s == 'X') return is_upper(c) || is_digit(c);
    return c == s;
  });
}

// Ordered, for a binary search.
constexpr std::array<std::string_view, 43> kSensitiveSsr{
    "AVML", "BLML", "BLND", "DBML", "DEAF", "DEPA", "DEPU", "DPNA", "ESAN", "GFML", "HFML",
    "HNML", "INAD", "KSML", "LCML", "LEGB", "LEGL", "LEGR", "LFML", "LPML", "LSML", "MAAS",
    "MEDA", "MOML", "NLML", "NSML", "OXYG", "PFML", "POXY", "PPOC", "PRML", "STCR", "SVAN",
    "VJML", "WCBD", "WCBW", "WCHC", "WCHR", "WCHS", "WCLB", "WCLW", "WCMP", "WCOB"};
constexpr std::array<std::string_view, 57> kSensitiveWords{
    "allergic",  "allergie", "allergisch", "allergy",    "asthma",       "aveugle",    "blind",
    "blinde",    "cancer",   "cardiac",    "chemo",      "chemotherapy", "chirurgie",  "church",
    "coeliac",   "deaf",     "diabetes",   "diabetic",   "diabetique",   "dialysis",   "disabled",
    "doof",      "enceinte", "epilepsy",   "fauteuil",   "gehandicapt",  "halal",      "handicap",
    "handicape", "hindu",    "hospital",   "insulin",    "insuline",     "jain",       "jewish",
    "kanker",    "kasher",   "koosjer",    "kosher",     "medication",   "medicijnen", "moslim",
    "muslim",    "musulman", "operation",  "oxygen",     "oxygene",      "pacemaker",  "pregnant",
    "rolstoel",  "sourd",    "surgery",    "wheelchair", "ziek",         "ziekenhuis", "zuurstof",
    "zwanger"};
constexpr std::array<std::string_view, 24> kCommonProviders{
    "aol.com",     "free.fr",        "gmail.com",  "gmx.de",     "gmx.net",    "googlemail.com",
    "hotmail.com", "hotmail.fr",     "hotmail.nl", "icloud.com", "kpnmail.nl", "laposte.net",
    "live.com",    "live.nl",        "me.com",     "msn.com",    "orange.fr",  "outlook.com",
    "proton.me",   "protonmail.com", "web.de",     "yahoo.com",  "yahoo.fr",   "ziggo.nl"};
static_assert(std::ranges::is_sorted(kSensitiveSsr) && std::ranges::is_sorted(kSensitiveWords) &&
              std::ranges::is_sorted(kCommonProviders));

}  // namespace

bool is_country(std::string_view code) { return in_pairs(kCountries, code); }

int calling_code_digits(std::string_view digits) {
  if (digits.size() < 3 || !std::ranges::all_of(digits.substr(0, 3), is_digit)) return 0;
  if (digits[0] == '1' || digits[0] == '7') return 1;
  const int two = (digits[0] - '0') * 10 + (digits[1] - '0');
  if (std::ranges::binary_search(kTwoDigitCodes, two)) return 2;
  const int three = two * 10 + (digits[2] - '0');
  const auto fits = [three](const CodeRange& range) {
    return range.first <= three && three <= range.last;
  };
  return std::ranges::any_of(kThreeDigitCodes, fits) ? 3 : 0;
}

int iban_length(std::string_view country) {
  const auto found = std::ranges::find(kIbanLengths, country, &IbanLength::country);
  return found == kIbanLengths.end() ? 0 : found->length;
}

bool fits_programme(std::string_view programme, std::string_view number) {
  std::string lower;
  std::ranges::transform(programme, std::back_inserter(lower), to_lower);
  std::string upper;
  std::ranges::transform(programme, std::back_inserter(upper), to_upper);
  for (const auto& known : kProgrammes) {
    if (known.name != lower && !in_pairs(known.airlines, upper)) continue;
    return std::ranges::any_of(
        known.shapes, [number](std::string_view shape) { return has_shape(number, shape); });
  }
  return number.size() >= 5 && number.size() <= 16 &&
         std::ranges::all_of(number, is_letter_or_digit);
}

bool ssr_is_sensitive(std::string_view code) {
  return std::ranges::binary_search(kSensitiveSsr, code);
}
bool is_sensitive_word(std::string_view word) {
  return std::ranges::binary_search(kSensitiveWords, word);
}
bool is_common_mail_provider(std::string_view domain) {
  return std::ranges::binary_search(kCommonProviders, domain);
}

}  // namespace bulkhead
