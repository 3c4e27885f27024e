// Kazakh in the Latin alphabet of 2021, made from the Cyrillic spelling by rule.
//
// Source of the letters: the improved alphabet of 31 letters that the National Commission presented
// on 28 January 2021 (and, with ñ for ң, in April 2021):
//
//   a ä b d e f g ğ h i ı j k l m n ñ o ö p q r s ş t u ū ü v y z
//   а ә б д е ф г ғ х и і ж к л м н ң о ө п қ р с ш т у ұ ү в ы з      һ is h, й is i
//
// The capital of i is İ, that of ı is I. Letters of loanwords that have none of their own, and the
// points that the state has left open, are decided in docs/adr/0009-kazakh-latin.md.
#pragma once

#include <string>
#include <string_view>

namespace mekenjai::i18n {

/// The text with every Cyrillic letter in Latin. All else stays as it is: digits, {names},
/// **marks**, HTML, words that are Latin already; so the function may be applied again. Words whose
/// spelling the rule would miss are listed in locales/kk-Latn/words.txt. Pure; safe to call from
/// any thread. Takes UTF-8; broken bytes stay as they are.
std::string to_latin(std::string_view kazakh);

/// Whether any letter of the text is Cyrillic.
bool has_cyrillic(std::string_view text);

}  // namespace mekenjai::i18n
