# Called at build time by embed_text.
file(READ ${SOURCE} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
string(REGEX REPLACE "((.......){24})" "\\1\n    " bytes "${bytes}")
file(WRITE ${RESULT}
     "#include <string_view>\n\nnamespace runner {\nextern const std::string_view ${SYMBOL};\n"
     "static constexpr char text[] = {\n    ${bytes}'\\0'};\n"
     "const std::string_view ${SYMBOL}{text, ${size}};\n}\n")
