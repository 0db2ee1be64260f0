import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type Zippable, zipSync } from "fflate";

const SOURCE = join("editor", "vscode");

/** What of the extension's folder goes into the archive as it is. */
const COPIED = ["README.md", "language-configuration.json", "syntaxes"];

interface Manifest {
  name: string;
  displayName: string;
  description: string;
  publisher: string;
  version: string;
  categories: string[];
  keywords: string[];
  engines: { vscode: string };
}

/**
 * Builds the extension for Visual Studio Code as the archive that it installs: a zip with the extension's files, and the
 * manifest and content types of the Open Packaging Conventions. Equal sources give equal bytes.
 */
export async function buildVsix(): Promise<{ name: string; bytes: Uint8Array }> {
  const manifest = JSON.parse(await readFile(join(SOURCE, "package.json"), "utf8")) as Manifest & { private?: boolean };
  manifest.version = (JSON.parse(await readFile("package.json", "utf8")) as Manifest).version;
  delete manifest.private;
  const files: Record<string, Uint8Array> = {
    "[Content_Types].xml": encode(CONTENT_TYPES),
    "extension.vsixmanifest": encode(vsixManifest(manifest)),
    "extension/package.json": encode(`${JSON.stringify(manifest, null, 2)}\n`),
    "extension/LICENSE.txt": await readFile("LICENSE"),
    "extension/dist/extension.js": await bundle(),
  };
  for (const path of COPIED)
    for (const file of await filesOf(path)) files[`extension/${file}`] = await readFile(join(SOURCE, file));
  // The time is that of the first file systems, not of the build.
  const entries = Object.entries(files).map(([name, bytes]) => [name, [bytes, { mtime: "1980-01-01T12:00:00" }]]);
  return { name: `${manifest.name}-${manifest.version}.vsix`, bytes: zipSync(Object.fromEntries(entries) as Zippable) };
}

/** The client with the libraries that it needs, in one file. */
async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCE, "src", "extension.ts")],
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node18",
    external: ["vscode"],
    legalComments: "eof",
    logLevel: "warning",
  });
  return outputFiles[0]!.contents;
}

async function filesOf(path: string): Promise<string[]> {
  if (/\.\w+$/.test(path)) return [path];
  return (await readdir(join(SOURCE, path))).sort().map((name) => `${path}/${name}`);
}

const CONTENT_TYPES = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
  <Default Extension=".js" ContentType="application/javascript"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".txt" ContentType="text/plain"/>
</Types>
`;

function vsixManifest(manifest: Manifest): string {
  const { name, displayName, description, publisher, version, categories, keywords, engines } = manifest;
  const tags = [...keywords, "calvin", "__ext_calvin"].join(",");
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${xml(name)}" Version="${xml(version)}" Publisher="${xml(publisher)}"/>
    <DisplayName>${xml(displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(description)}</Description>
    <Tags>${xml(tags)}</Tags>
    <Categories>${xml(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <License>extension/LICENSE.txt</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
      <Property Id="Microsoft.VisualStudio.Code.LocalizedLanguages" Value=""/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function xml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { name, bytes } = await buildVsix();
  const path = join("build", name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  process.stdout.write(`${path}: ${bytes.length} bytes. Install it with: code --install-extension ${path}\n`);
}
