// The one module a page loads. Every page works without it.
import "./list.js";
import "./dialog.js";
import "./form.js";
import "./copy.js";
import "./live.js";
import "./strip.js";
import "./gates.js";
import "./swap.js";
