// Runs EPUBCheck for many books in one Java. Words: a book, the file for its answer, the next book …
var CHECKER = com.adobe.epubcheck.tool.EpubChecker;

for (var i = 0; i + 1 < arguments.length; i += 2) {
  var words = java.lang.reflect.Array.newInstance(java.lang.String, 4);
  words[0] = arguments[i];
  words[1] = "--json";
  words[2] = arguments[i + 1];
  words[3] = "--quiet";
  new CHECKER().run(words);
}
print("done");
