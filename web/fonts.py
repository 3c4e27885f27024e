"""Makes the fonts that browsers load: Golos Text, only the letters, weights and features the service uses.

usage: fonts.py FOLDER_OF_SOURCES FOLDER_OF_RESULTS
"""
import sys
from copy import deepcopy
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from fontTools.varLib.models import supportScalar

# Weights 400 (text) to 680 (brand); look.md, "Type". One file a script, so that a page loads what it shows: the source's
# name and the letters. The Latin letters of 2021 stand in two sources.
WEIGHTS = {"wght": (400, 680)}
FILES = {
    "cyrillic": ("cyrillic", "U+0401 U+0406 U+0410-044F U+0451 U+0456 U+04B0-04B1 U+2116"),
    "cyrillic-ext": ("cyrillic-ext", "U+0492-0493 U+049A-049B U+04A2-04A3 U+04AE-04AF U+04BA-04BB U+04D8-04D9 U+04E8-04E9"),
    "latin": ("latin", "U+0020-007E U+00A0 U+00AB U+00B2 U+00B7 U+00BB U+00D7 U+2013-2014 U+2018-2019 U+201C-201D "
              "U+2022 U+2026 U+203A U+2212"),
    "latin-kk": ("latin", "U+00C4 U+00D1 U+00D6 U+00DC U+00E4 U+00F1 U+00F6 U+00FC U+0131"),
    "latin-ext": ("latin-ext", "U+011E-011F U+0130 U+015E-015F U+016A-016B"),
}


def code_points(ranges: str) -> list[int]:
    points: list[int] = []
    for part in ranges.split():
        first, _, last = part.removeprefix("U+").partition("-")
        points += range(int(first, 16), int(last or first, 16) + 1)
    return points


def even_out_digits(font: TTFont) -> None:
    """Golos 5.3.0 has tabular figures of unequal width (2, 3, 5, 6, 8, 9 are narrower than 0): centred in equal widths,
    so that columns and the cells of a code stand straight."""
    if "GSUB" not in font:
        return
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for subtable in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                figures = list(subtable.mapping.values())
                width = max(font["hmtx"][name][0] for name in figures)
                for name in figures:
                    advance, left = font["hmtx"][name]
                    glyph, shift = font["glyf"][name], (width - advance) // 2
                    if shift == 0 or not glyph.isComposite():
                        continue
                    for component in glyph.components:
                        component.x += shift
                    font["hmtx"][name] = (width, left + shift)
        return


def middle(font: TTFont, glyph: str, location: dict[str, float]) -> float:
    glyphs = font.getGlyphSet(location=location, normalized=True)
    pen = BoundsPen(glyphs)
    glyphs[glyph].draw(pen)
    return (pen.bounds[0] + pen.bounds[2]) / 2


def mend_breves(font: TTFont) -> None:
    """Golos 5.3.0 draws Ğ and ğ without their breves: gives each the one that Ă and ă have, in the middle at every
    weight."""
    for letter, lender in (("Gbreve", "Abreve"), ("gbreve", "abreve")):
        glyph = font["glyf"][letter]
        if len(glyph.components) != 1:
            continue
        breve = deepcopy(font["glyf"][lender].components[1])

        def place(location: dict[str, float]) -> float:
            return middle(font, letter, location) - middle(font, breve.glyphName, location)

        regions = font["gvar"].variations[letter]
        moves: list[float] = []
        for region in regions:  # each adds to those before it
            peak = {axis: support[1] for axis, support in region.axes.items()}
            before = sum(move * supportScalar(peak, one.axes) for move, one in zip(moves, regions))
            moves.append(place(peak) - place({}) - before)
        breve.x, breve.y = round(place({})), 0
        glyph.components.append(breve)
        for region, move in zip(regions, moves):
            region.coordinates.insert(1, (round(move), 0))
        glyph.recalcBounds(font["glyf"])


def main() -> None:
    sources, results = Path(sys.argv[1]), Path(sys.argv[2])
    for name, (source, ranges) in FILES.items():
        font = TTFont(sources / f"golos-text-{source}-wght-normal.woff2")
        if source == "latin-ext":
            mend_breves(font)
        options = Options()
        options.layout_features = ["kern", "tnum", "lnum", "mark", "mkmk", "ccmp"]
        options.hinting = False
        options.name_IDs = [1, 2]
        options.notdef_outline = True
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=code_points(ranges))
        subsetter.subset(font)
        font = instancer.instantiateVariableFont(font, WEIGHTS)
        even_out_digits(font)
        font.flavor = "woff2"
        font.save(results / f"golos-{name}.woff2")


if __name__ == "__main__":
    main()
