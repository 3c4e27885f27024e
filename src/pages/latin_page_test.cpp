#include "pages/latin_page.hpp"

#include <ctemplate/template.h>
#include <gtest/gtest.h>

namespace mekenjai::pages {
namespace {

TEST(LatinPage, TurnsWhatPeopleRead) {
  EXPECT_EQ(with_latin_values("<p>{{NAME}}, {{#A}}<b>{{TEXT}}</b>{{/A}}</p>"),
            "<p>{{NAME:x-latin:h}}, {{#A}}<b>{{TEXT:x-latin:h}}</b>{{/A}}</p>");
  EXPECT_EQ(with_latin_values("<svg role=\"img\" aria-label=\"x {{LABEL}}\">"),
            "<svg role=\"img\" aria-label=\"x {{LABEL:x-latin:h}}\">");
}

TEST(LatinPage, LeavesFieldsAddressesAndDocumentsExact) {
  for (const std::string_view exact :
       {"{{%AUTOESCAPE context=\"HTML\"}}", "<input name=\"q\" value=\"{{Q}}\">",
        "<a href=\"{{URL}}\">", "<i class=\"mk {{CSS}}\">",
        "<pre class=\"mk-doc\" aria-label=\"x\">{{DOCUMENT}}</pre>",
        "<span lang=\"und\">{{TEXT}}</span>", "<dd><span lang=\"mul\">{{ISSUER}}</span></dd>",
        "{{broken"}) {
    EXPECT_EQ(with_latin_values(exact), exact);
  }
}

TEST(LatinPage, EscapesAllTheSame) {
  const std::string html = with_latin_values(
      "{{%AUTOESCAPE context=\"HTML\"}}<p title=\"{{NAME}}\">{{NAME}}</p><input "
      "value=\"{{NAME}}\">");
  ASSERT_TRUE(ctemplate::StringToTemplateCache("latin_page_test", html, ctemplate::DO_NOT_STRIP));
  ctemplate::TemplateDictionary values("test");
  values.SetValue("NAME", "Әлия <\"&'> Ұ");
  std::string out;
  ASSERT_TRUE(ctemplate::ExpandTemplate("latin_page_test", ctemplate::DO_NOT_STRIP, &values, &out));
  EXPECT_EQ(out,
            "<p title=\"Älia &lt;&quot;&amp;&#39;&gt; Ū\">Älia &lt;&quot;&amp;&#39;&gt; Ū</p>"
            "<input value=\"Әлия &lt;&quot;&amp;&#39;&gt; Ұ\">");
}

}  // namespace
}  // namespace mekenjai::pages
