// Asks veraPDF whether each PDF among the words is PDF/A-3a and PDF/UA-1; a line of JSON for each failed check.
importPackage(org.verapdf.pdfa, org.verapdf.pdfa.flavours, org.verapdf.gf.foundry);

VeraGreenfieldFoundryProvider.initialise();
var foundry = Foundries.defaultInstance();
var PROFILES = { "PDF/A-3a": PDFAFlavour.PDFA_3_A, "PDF/UA-1": PDFAFlavour.PDFUA_1 };
var MOST = 20; // failures of one kind that are told

for (var i = 0; i < arguments.length; i++) {
  for (var name in PROFILES) {
    try {
      judge(i, arguments[i], name, PROFILES[name]);
    } catch (error) {
      say({ file: i, profile: name, rule: "", place: "", message: String(error) });
    }
  }
}
say({ done: arguments.length });

function judge(i, path, name, profile) {
  var parser = foundry.createParser(new java.io.File(path), profile);
  try {
    var result = foundry.createValidator(profile, MOST, false, true, false).validate(parser);
    var found = result.getTestAssertions().iterator();
    while (found.hasNext()) {
      var one = found.next();
      say({
        file: i, profile: name, place: String(one.getLocation().getContext()), message: String(one.getMessage()),
        rule: one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber(),
      });
    }
    if (!result.isCompliant() && result.getTestAssertions().isEmpty()) {
      say({ file: i, profile: name, rule: "", place: "", message: "It is not compliant." });
    }
  } finally {
    parser.close();
  }
}

function say(what) {
  print(JSON.stringify(what));
}
