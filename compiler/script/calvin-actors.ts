import type { ActorSignature, PortSignature } from "./resolver.js";

/**
 * The actors of Calvin's library (calvin-base 1.1.1), by their interfaces: so that a script written for Calvin can be checked and
 * shown here although an actor that it uses is not there (yet). One line an actor:
 *
 *     namespace.Name(argument optional?) inport[routing] ... -> outport[routing] ...
 *
 * An actor of the actor store goes before the one of the same name here.
 */
const ACTORS = `
context.PublicAttribute(attribute) trigger -> value
context.RegistryAttribute(attribute) trigger -> value
context.RuntimeName trigger -> value
data.PersistentBuffer(buffer_id chunk_size interval) item -> current buffered
data.Sink data ->
data.Source(tags?) -> parameter
exception.ExceptionHandler(replace? replacement?) token -> token status
exception.IsEOS token -> status
flow.Alternate(order) token[collect-all-tagged] -> token
flow.Alternate2 token_1 token_2 -> token
flow.Bool token -> bool
flow.Collect token[collect-unordered] -> token
flow.CollectCompleteDict(mapping) token[collect-all-tagged] -> dict
flow.CollectDict(mapping) token[collect-any-tagged] -> dict
flow.Dealternate(order) token -> token[dispatch-ordered]
flow.Dealternate2 token -> token_1 token_2
flow.Deselect case_false case_true select -> data
flow.Dispatch token -> token[round-robin]
flow.DispatchDict(mapping) dict -> token[dispatch-mapped] default
flow.Init(data) in -> out
flow.Join token_1 token_2 -> token
flow.Select select data -> case_false case_true
flow.Switch switch a b -> a b
flow.Terminator void ->
flow.Void -> void
io.Button(text?) -> state
io.Buzzer on ->
io.DigitalIn -> state
io.DigitalOut state ->
io.FileReader filename -> out
io.FileWriter(basename suffix?) data ->
io.Knob -> direction
io.Light on ->
io.Log(loglevel) data ->
io.LogError data ->
io.LogInfo data ->
io.LogWarning data ->
io.PWM dutycycle ->
io.Print token ->
io.ServoMotor angle ->
io.StandardIn -> out
io.Switch -> state
io.TiltSwitch -> open
json.Dict(n?) key value -> dict
json.FromString(exception_output?) string -> data
json.GetValue container key -> value
json.GetValues container keys -> values
json.Items list -> item
json.List(n? pre_list? post_list?) item -> list
json.SetDefault container key value -> container
json.SetDefaults container keys values -> container
json.SetValue container key value -> container
json.SetValues container keys values -> container
json.ToString(exception_output?) data -> string
kappa.Sink(buffer_size?) in ->
kappa.Source -> out
math.Compute(op) a b -> result
math.Evaluate(expr) x y -> result
math.RandomInteger(lower upper) trigger -> integer
math.RandomNumber(lower upper) trigger -> number
media.Bell trigger ->
media.FaceCounter b64image -> objects
media.FaceFinder b64image -> b64image
media.ImageSink b64image ->
media.ImageSource trigger -> b64image
media.ObjectCounter b64image -> objects
media.ObjectFinder b64image -> b64image
media.PlayAudio(audiofile) play ->
misc.ExplicitStateExample token -> token
net.BasicAuthHeader credential -> header
net.HTTPDelete URL params headers auth -> status headers data
net.HTTPDeleteS(url headers params auth) data -> status headers data
net.HTTPGet URL params headers auth -> status headers data
net.HTTPGetS(url headers params auth) data -> status headers data
net.HTTPPost URL data params headers auth -> status headers data
net.HTTPPostS(url headers params auth) data -> status headers data
net.HTTPPut URL data params headers auth -> status headers data
net.HTTPPutS(url headers params auth) data -> status headers data
net.MQTTPublisher(hostname port settings) topic payload ->
net.MQTTSubscriber(hostname port topics settings) -> message
net.SimpleUDPListener(address) -> data
net.SimpleUDPSender(address port) data ->
net.TCPClient(mode? delimiter?) data_in control_in -> data_out
net.TCPServer(mode? delimiter? max_length?) host port handle token -> handle token
net.UDPListener control_in -> data_out
net.UDPSender data_in control_in ->
sensor.Accelerometer(period) -> acceleration
sensor.Distance(period) -> meters
sensor.Gyroscope(period) -> rotation
sensor.HallEffect -> state
sensor.LightBreaker -> open
sensor.RFIDReader -> data
sensor.Temperature(period) -> centigrade
sensor.TriggeredDistance trigger -> meters
sensor.TriggeredPressure trigger -> mbar
sensor.TriggeredRelativeHumidity measure -> percent
sensor.TriggeredSoilMoisture trigger -> level
sensor.TriggeredTemperature trigger -> centigrade
std.Burn(dump? duration?) token -> token
std.ClassicDelay(delay) token -> token
std.Compare(rel) a b -> result
std.ConstSequencer(sequence) in -> out
std.Constant(data) -> token
std.Constantify(constant) in -> out
std.CountTimer(sleep? start? steps?) -> integer
std.Counter -> integer
std.DelayToken(delay) token -> token
std.Identity(dump?) token -> token
std.Iterate token -> item index
std.RecTimer(delay) token -> token
std.SampleHold(default?) sample in -> out
std.Sequencer data_in -> data_out
std.Stringify(encoding?) in -> out
std.Sum integer -> integer
std.Trigger(tick data) -> data
std.Watchdog(timeout immediate) data -> data timeout
test.FakeShadow(dump?) token -> token
test.FiniteCounter(start? steps? repeat? replicate_mult? stopped?) -> integer
test.RandomDelay token -> token
test.ReplicaIdentity(dump?) token -> token
test.Sink(store_tokens? quiet? active?) token ->
test.TestProcess(eval_str replicate_str? kwargs? dump?) data -> result
text.Format(fmt) dict -> text
text.Length string -> length
text.LineJoin(delim?) line -> text
text.Mustache(fmt) dict -> text
text.PostfixString(postfix?) in -> out
text.PrefixString(prefix?) in -> out
text.RegexMatch(regex) text -> match no_match
text.Split(delim) text -> lines
text.WordCount in -> out
time.Datetime trigger -> datetime
time.Timestamp trigger -> timestamp
web.LocalWeather trigger -> forecast
web.LocationWeather location -> forecast
web.Pushbullet(title) message ->
web.TriggeredWeather(city) trigger -> forecast
web.Twitter status ->
`;

const ANY = 0;
const LINE = /^(\S+?)(?:\((.*)\))?(?: (.*?))? ->(?: (.*))?$/;

const actors = new Map<string, ActorSignature>();
for (const line of ACTORS.trim().split("\n")) {
  const [, type = "", args, inports, outports] = LINE.exec(line) ?? [];
  actors.set(type, {
    args: words(args).map((word) => ({ name: word.replace("?", ""), type: ANY, required: !word.endsWith("?") })),
    inports: words(inports).map(port),
    outports: words(outports).map(port),
  });
}

function words(text: string | undefined): string[] {
  return text ? text.split(" ") : [];
}

function port(word: string): PortSignature {
  const [, name = "", routing] = /^(\w+)(?:\[(.*)\])?$/.exec(word) ?? [];
  return { name, type: ANY, ...(routing !== undefined && { routing }) };
}

/** The interface of one of Calvin's actors, all its ports and arguments of type `any`; undefined when Calvin has no such actor. */
export function calvinActor(type: string): ActorSignature | undefined {
  return actors.get(type);
}

/** The types of all of Calvin's actors. */
export function calvinActorTypes(): string[] {
  return [...actors.keys()];
}
