// The lists that field checks look things up in: countries, calling codes, IBAN lengths, loyalty
// programmes, special service requests. They are facts published by ISO, ITU-T, SWIFT and IATA and
// must never hold data of anybody's. Owned by vault.
#pragma once

#include <string_view>

namespace bulkhead {

// ISO 3166-1 alpha-2, upper case; also XK (Kosovo), which passports and IBANs carry.
bool is_country(std::string_view code);

// How many of the first digits are an assigned country calling code (ITU-T E.164, list of assigned
// codes); 0 for none.
int calling_code_digits(std::string_view digits);

// The length of an IBAN of that country (ISO 13616 registry); 0 for a country that has none.
int iban_length(std::string_view country);

// Whether a membership number has the shape of the programme's numbers. Programmes are named by an
// airline's designator or by their name; of one that is not in the table every number of 5 to 16
// letters and digits fits.
bool fits_programme(std::string_view programme, std::string_view number);

// IATA special service requests whose meaning is health, disability, religion or a legal status:
// GDPR articles 9, 10.
bool ssr_is_sensitive(std::string_view code);

// A word, in lower-case ASCII, that tells of such a thing in free text (English, French, Dutch).
bool is_sensitive_word(std::string_view word);

// Mail domains of so many people that showing one narrows nothing down.
bool is_common_mail_provider(std::string_view domain);

}  // namespace bulkhead
