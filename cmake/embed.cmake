# Puts files into a library as bytes: the program is one file and needs nothing beside it at run time.
#   mekenjai_embed(TARGET NAME name FILES a b …) makes `std::span<const Embedded> name()` in resources namespace.
function(mekenjai_embed target)
  cmake_parse_arguments(EMBED "" "NAME;BASE" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${EMBED_NAME})
  set(assembly "    .section .rodata\n")
  set(declarations "")
  set(rows "")
  set(index 0)
  foreach(file ${EMBED_FILES})
    get_filename_component(path ${file} ABSOLUTE)
    file(RELATIVE_PATH relative ${EMBED_BASE} ${path})
    set(symbol embedded_${EMBED_NAME}_${index})
    string(APPEND assembly "    .global ${symbol}\n    .global ${symbol}_end\n${symbol}:\n    .incbin \"${path}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND declarations "extern const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND rows "      {\"${relative}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",@progbits\n")
  file(CONFIGURE OUTPUT ${out}.s CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${out}.cpp CONTENT "// Made by cmake/embed.cmake.
#include \"base/embedded.hpp\"

#include <vector>

extern \"C\" {
${declarations}}

namespace mekenjai::embedded {
const std::vector<File>& ${EMBED_NAME}() {
  static const std::vector<File> files{
${rows}  };
  return files;
}
}  // namespace mekenjai::embedded
" @ONLY)
  set_source_files_properties(${out}.s PROPERTIES OBJECT_DEPENDS "${EMBED_FILES}")
  set_property(SOURCE ${out}.cpp PROPERTY SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${out}.s ${out}.cpp)
endfunction()
