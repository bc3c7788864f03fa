//! What is shown where the binary was built without the console.

/// A page without scripts that says how to build the console.
pub(crate) const NOT_BUILT: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>howdah: the console is not built</title>
<style>
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }
body { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem }
pre { padding: 1rem; border-radius: .5rem; background: color-mix(in srgb, currentColor 8%, transparent) }
</style>
</head>
<body>
<h1>The console is not built</h1>
<p>This howdah was compiled without its web console. Everything else works. To have the console,
build it with Node.js 20.19 or newer, then compile howdah again:</p>
<pre>cd console
npm ci
npm run build
cd ..
cargo build --release -p howdah</pre>
<p><code>make run</code> does all of it. A console that was built elsewhere is served with
<code>--console-assets-dir FOLDER</code>.</p>
</body>
</html>
"#;
